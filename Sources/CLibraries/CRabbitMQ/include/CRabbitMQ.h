#ifndef CRABBITMQ_H
#define CRABBITMQ_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

// librabbitmq, loaded at its first use and never linked: a process that speaks no AMQP does not pay for it.

// Every function of the library that is used. Each becomes a pointer of the same name in `crabbitmq_functions`.
#define CRABBITMQ_FUNCTIONS(FUNCTION)                                                                                  \
    FUNCTION(amqp_new_connection)                                                                                      \
    FUNCTION(amqp_destroy_connection)                                                                                  \
    FUNCTION(amqp_tcp_socket_new)                                                                                      \
    FUNCTION(amqp_ssl_socket_new)                                                                                      \
    FUNCTION(amqp_ssl_socket_get_context)                                                                              \
    FUNCTION(amqp_ssl_socket_set_cacert)                                                                               \
    FUNCTION(amqp_ssl_socket_set_key)                                                                                  \
    FUNCTION(amqp_ssl_socket_set_verify_peer)                                                                          \
    FUNCTION(amqp_ssl_socket_set_verify_hostname)                                                                      \
    FUNCTION(amqp_tcp_socket_set_sockfd)                                                                               \
    FUNCTION(amqp_socket_open_noblock)                                                                                 \
    FUNCTION(amqp_get_sockfd)                                                                                          \
    FUNCTION(amqp_set_handshake_timeout)                                                                               \
    FUNCTION(amqp_set_rpc_timeout)                                                                                     \
    FUNCTION(amqp_login_with_properties)                                                                               \
    FUNCTION(amqp_get_frame_max)                                                                                       \
    FUNCTION(amqp_get_server_properties)                                                                               \
    FUNCTION(amqp_tune_connection)                                                                                     \
    FUNCTION(amqp_get_channel_max)                                                                                     \
    FUNCTION(amqp_get_heartbeat)                                                                                       \
    FUNCTION(amqp_encode_method)                                                                                       \
    FUNCTION(amqp_encode_properties)                                                                                   \
    FUNCTION(amqp_simple_wait_frame_noblock)                                                                           \
    FUNCTION(amqp_maybe_release_buffers)                                                                               \
    FUNCTION(amqp_error_string2)

typedef struct {
#define CRABBITMQ_POINTER(name) __typeof__(name) *_Nonnull name;
    CRABBITMQ_FUNCTIONS(CRABBITMQ_POINTER)
#undef CRABBITMQ_POINTER
} crabbitmq_functions;

/// The library's functions, loaded at the first call; from any thread. Null where it can't be loaded, `reason` then says
/// why, for as long as the process lives.
const crabbitmq_functions *_Nullable crabbitmq_load(const char *_Nullable *_Nonnull reason);

/// Logs in by PLAIN (Swift can't call functions with a variable number of arguments), or by EXTERNAL where there is no
/// password: who we are is then in our certificate.
amqp_rpc_reply_t crabbitmq_login(
    amqp_connection_state_t _Nonnull state, const char *_Nonnull virtual_host, int heartbeat,
    const amqp_table_t *_Nonnull properties, const char *_Nonnull user, const char *_Nullable password);

// What was seen of the other side during a handshake of TLS.
typedef struct {
    /// 1 where the other side's certificate was seen.
    int is_seen;
    /// 1 where it asked for our certificate, and we have none.
    int is_asked;
    /// Why a certificate was not accepted (X509_V_ERR_…); 0: it was.
    int complaint;
    /// The complaint in OpenSSL's words.
    char words[128];
    /// Whom the certificate that is complained about is for, and who signed it.
    char subject[256];
    char issuer[256];
    /// Such as `TLSv1.3`.
    char version[16];
    /// Until the certificate expires; negative: since then.
    int days_left;
    /// OpenSSL's connection (SSL), which lives as long as the socket; null where there was no handshake.
    void *_Nullable connection;
} crabbitmq_handshake;

/// Makes a socket check whom it talks to: certificates against the system's authorities or those already set, and the
/// name or address that is expected; notes what it saw in `handshake`, which must stay where it is until
/// `crabbitmq_finish_tls`. All of it happens on the thread that opens the socket.
///
/// \param host where the socket will lead.
/// \param name whom the certificate must be for.
/// \param verifies 0: anybody is trusted.
/// \param minimum_version 2: TLS 1.2, 3: TLS 1.3.
/// \returns 0, or why it can't be done.
int crabbitmq_prepare_tls(
    amqp_socket_t *_Nonnull socket, const char *_Nonnull host, const char *_Nonnull name, int verifies,
    int uses_system_authorities, int minimum_version, crabbitmq_handshake *_Nonnull handshake);

/// The socket is open, or will never be.
void crabbitmq_finish_tls(void);

/// Writes to a connection of TLS what it takes without waiting; what is left of the same bytes has to come next.
///
/// \returns how many bytes it took, 0 where it takes none at the moment, -1 where it is broken.
long crabbitmq_write_tls(void *_Nonnull connection, const void *_Nonnull bytes, size_t count);

/// The last thing that OpenSSL complained about on this thread, such as `tlsv13 alert certificate required`; null where
/// there is nothing.
const char *_Nullable crabbitmq_last_tls_reason(void);

#endif
