#include "CRabbitMQ.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <arpa/inet.h>

// The few things of OpenSSL that librabbitmq does not hand through; it is loaded with librabbitmq.
typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct X509_name_st X509_NAME;
typedef struct asn1_string_st ASN1_TIME;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef int verification(int, X509_STORE_CTX *);
typedef int choice(SSL *, X509 **, void **);

static struct {
    unsigned long (*ERR_peek_last_error)(void);
    const char *(*ERR_reason_error_string)(unsigned long);
    void (*SSL_CTX_set_verify)(SSL_CTX *, int, verification *);
    void (*SSL_CTX_set_client_cert_cb)(SSL_CTX *, choice *);
    int (*SSL_CTX_set_default_verify_paths)(SSL_CTX *);
    long (*SSL_CTX_ctrl)(SSL_CTX *, int, long, void *);
    X509_VERIFY_PARAM *(*SSL_CTX_get0_param)(SSL_CTX *);
    int (*X509_VERIFY_PARAM_set1_host)(X509_VERIFY_PARAM *, const char *, size_t);
    int (*X509_VERIFY_PARAM_set1_ip_asc)(X509_VERIFY_PARAM *, const char *);
    int (*SSL_get_ex_data_X509_STORE_CTX_idx)(void);
    void *(*X509_STORE_CTX_get_ex_data)(const X509_STORE_CTX *, int);
    int (*X509_STORE_CTX_get_error)(const X509_STORE_CTX *);
    int (*X509_STORE_CTX_get_error_depth)(const X509_STORE_CTX *);
    X509 *(*X509_STORE_CTX_get_current_cert)(const X509_STORE_CTX *);
    X509 *(*X509_STORE_CTX_get0_cert)(const X509_STORE_CTX *);
    const char *(*X509_verify_cert_error_string)(long);
    X509_NAME *(*X509_get_subject_name)(const X509 *);
    X509_NAME *(*X509_get_issuer_name)(const X509 *);
    char *(*X509_NAME_oneline)(const X509_NAME *, char *, int);
    const ASN1_TIME *(*X509_get0_notAfter)(const X509 *);
    int (*ASN1_TIME_diff)(int *, int *, const ASN1_TIME *, const ASN1_TIME *);
    const char *(*SSL_get_version)(const SSL *);
    void (*SSL_CTX_set_info_callback)(SSL_CTX *, void (*)(const SSL *, int, int));
    long (*SSL_ctrl)(SSL *, int, long, void *);
    int (*SSL_write)(SSL *, const void *, int);
    int (*SSL_get_error)(const SSL *, int);
    void (*ERR_clear_error)(void);
} openssl;

static crabbitmq_functions functions;
static const char *missing;
static char words[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *find(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL && missing == NULL) {
        strncpy(words, name, sizeof words - 16);
        missing = strcat(words, " is missing in it");
    }
    return found;
}

static void load(void) {
    void *library = dlopen("librabbitmq.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        strncpy(words, reason != NULL ? reason : "it is not there", sizeof words - 1);
        missing = words;
        return;
    }
#define LOAD(name) *(void **)&functions.name = find(library, #name);
    CRABBITMQ_FUNCTIONS(LOAD)
#undef LOAD
#define LOAD(name) *(void **)&openssl.name = find(library, #name);
    LOAD(ERR_peek_last_error)
    LOAD(ERR_reason_error_string)
    LOAD(SSL_CTX_set_verify)
    LOAD(SSL_CTX_set_client_cert_cb)
    LOAD(SSL_CTX_set_default_verify_paths)
    LOAD(SSL_CTX_ctrl)
    LOAD(SSL_CTX_get0_param)
    LOAD(X509_VERIFY_PARAM_set1_host)
    LOAD(X509_VERIFY_PARAM_set1_ip_asc)
    LOAD(SSL_get_ex_data_X509_STORE_CTX_idx)
    LOAD(X509_STORE_CTX_get_ex_data)
    LOAD(X509_STORE_CTX_get_error)
    LOAD(X509_STORE_CTX_get_error_depth)
    LOAD(X509_STORE_CTX_get_current_cert)
    LOAD(X509_STORE_CTX_get0_cert)
    LOAD(X509_verify_cert_error_string)
    LOAD(X509_get_subject_name)
    LOAD(X509_get_issuer_name)
    LOAD(X509_NAME_oneline)
    LOAD(X509_get0_notAfter)
    LOAD(ASN1_TIME_diff)
    LOAD(SSL_get_version)
    LOAD(SSL_CTX_set_info_callback)
    LOAD(SSL_ctrl)
    LOAD(SSL_write)
    LOAD(SSL_get_error)
    LOAD(ERR_clear_error)
#undef LOAD
}

const crabbitmq_functions *crabbitmq_load(const char **reason) {
    pthread_once(&once, load);
    *reason = missing;
    return missing == NULL ? &functions : NULL;
}

amqp_rpc_reply_t crabbitmq_login(
    amqp_connection_state_t state, const char *virtual_host, int heartbeat, const amqp_table_t *properties,
    const char *user, const char *password) {
    const int channels = AMQP_DEFAULT_MAX_CHANNELS, frame = AMQP_DEFAULT_FRAME_SIZE;
    if (password == NULL) {
        return functions.amqp_login_with_properties(
            state, virtual_host, channels, frame, heartbeat, properties, AMQP_SASL_METHOD_EXTERNAL, user);
    }
    return functions.amqp_login_with_properties(
        state, virtual_host, channels, frame, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

// Where the handshake that this thread is at notes what it sees.
static _Thread_local crabbitmq_handshake *current;
static _Thread_local int trusts_anybody;
// The name that the other side is asked for, where it is not the host, which the library asks for (RFC 6066, 3).
static _Thread_local char asked_name[256];

static void begin_handshake(const SSL *ssl, int where, int value) {
    enum { handshake_starts = 0x10, set_host_name = 55, name_is_host = 0 };
    (void)value;
    if (where == handshake_starts && current != NULL) current->connection = (SSL *)ssl;
    // Nothing has been written yet, and the object is not constant but in this function's type.
    if (where == handshake_starts && asked_name[0] != 0)
        openssl.SSL_ctrl((SSL *)ssl, set_host_name, name_is_host, asked_name);
}

static int verify(int is_accepted, X509_STORE_CTX *context) {
    crabbitmq_handshake *handshake = current;
    if (handshake == NULL) return is_accepted;
    X509 *leaf = openssl.X509_STORE_CTX_get0_cert(context);
    if (leaf != NULL && !handshake->is_seen) {
        int seconds = 0;
        handshake->is_seen = 1;
        openssl.ASN1_TIME_diff(&handshake->days_left, &seconds, NULL, openssl.X509_get0_notAfter(leaf));
        if (handshake->days_left == 0 && seconds < 0) handshake->days_left = -1;
        SSL *ssl = openssl.X509_STORE_CTX_get_ex_data(context, openssl.SSL_get_ex_data_X509_STORE_CTX_idx());
        if (ssl != NULL) strncpy(handshake->version, openssl.SSL_get_version(ssl), sizeof handshake->version - 1);
    }
    if (!is_accepted && handshake->complaint == 0) {
        handshake->complaint = openssl.X509_STORE_CTX_get_error(context);
        strncpy(
            handshake->words, openssl.X509_verify_cert_error_string(handshake->complaint),
            sizeof handshake->words - 1);
        X509 *certificate = openssl.X509_STORE_CTX_get_current_cert(context);
        if (certificate == NULL) certificate = leaf;
        if (certificate != NULL) {
            openssl.X509_NAME_oneline(
                openssl.X509_get_subject_name(certificate), handshake->subject, sizeof handshake->subject);
            openssl.X509_NAME_oneline(
                openssl.X509_get_issuer_name(certificate), handshake->issuer, sizeof handshake->issuer);
        }
    }
    return is_accepted || trusts_anybody;
}

// Called where our certificate is asked for and there is none.
static int choose(SSL *ssl, X509 **certificate, void **key) {
    (void)ssl, (void)certificate, (void)key;
    if (current != NULL) current->is_asked = 1;
    return 0;
}

int crabbitmq_prepare_tls(
    amqp_socket_t *socket, const char *host, const char *name, int verifies, int uses_system_authorities,
    int minimum_version, crabbitmq_handshake *handshake) {
    enum { verify_peer = 1, set_minimum_version = 123, version_1_2 = 0x0303, version_1_3 = 0x0304 };
    // What is not written at once may come again from another place in memory.
    enum { set_mode = 33, partial_write = 1, moving_buffer = 2 };
    SSL_CTX *context = functions.amqp_ssl_socket_get_context(socket);
    memset(handshake, 0, sizeof *handshake);
    current = handshake;
    trusts_anybody = !verifies;
    openssl.SSL_CTX_set_verify(context, verify_peer, verify);
    openssl.SSL_CTX_set_client_cert_cb(context, choose);
    openssl.SSL_CTX_ctrl(context, set_mode, partial_write | moving_buffer, NULL);
    long oldest = minimum_version >= 3 ? version_1_3 : version_1_2;
    if (openssl.SSL_CTX_ctrl(context, set_minimum_version, oldest, NULL) != 1) return -1;
    unsigned char address[16];
    int is_address = inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    asked_name[0] = 0;
    if (!is_address && strcmp(host, name) != 0 && strlen(name) < sizeof asked_name) strcpy(asked_name, name);
    openssl.SSL_CTX_set_info_callback(context, begin_handshake);
    if (!verifies) {
        functions.amqp_ssl_socket_set_verify_peer(socket, 0);
        functions.amqp_ssl_socket_set_verify_hostname(socket, 0);
        return 0;
    }
    functions.amqp_ssl_socket_set_verify_peer(socket, 1);
    // The library itself knows no addresses in certificates, and looks for the host alone; OpenSSL looks for either.
    functions.amqp_ssl_socket_set_verify_hostname(socket, !is_address && strcmp(host, name) == 0);
    if (uses_system_authorities && openssl.SSL_CTX_set_default_verify_paths(context) != 1) return -1;
    X509_VERIFY_PARAM *parameters = openssl.SSL_CTX_get0_param(context);
    int is_set = is_address ? openssl.X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
                            : openssl.X509_VERIFY_PARAM_set1_host(parameters, name, strlen(name));
    return is_set == 1 ? 0 : -1;
}

void crabbitmq_finish_tls(void) {
    current = NULL;
    asked_name[0] = 0;
}

long crabbitmq_write_tls(void *connection, const void *bytes, size_t count) {
    enum { want_read = 2, want_write = 3, most = 1 << 30 };
    openssl.ERR_clear_error();
    int written = openssl.SSL_write(connection, bytes, count < most ? (int)count : most);
    if (written > 0) return written;
    int reason = openssl.SSL_get_error(connection, written);
    return reason == want_read || reason == want_write ? 0 : -1;
}

const char *crabbitmq_last_tls_reason(void) {
    unsigned long code = openssl.ERR_peek_last_error();
    return code != 0 ? openssl.ERR_reason_error_string(code) : NULL;
}
