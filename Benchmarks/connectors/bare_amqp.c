// The yardstick of the RabbitMQ connector: the shortest loops over librabbitmq that do the same.
//
// usage: bare_amqp PORT QUEUE declare | purge | wait          (until nothing is ready in it)
//        bare_amqp PORT QUEUE publish COUNT WINDOW FILE     persistent, mandatory, each confirmed; at most WINDOW open
//        bare_amqp PORT QUEUE publish-alike COUNT WINDOW FILE    with an id, a type and a trace, as the connector sends
//        bare_amqp PORT QUEUE consume COUNT PREFETCH        acknowledged, half of PREFETCH at a time
//
// Prints the seconds between the first message and the last confirm or acknowledgement, and the processor's.
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bare.h"

static amqp_connection_state_t link_;

static void fail(const char *what) {
    fprintf(stderr, "bare_amqp: %s\n", what);
    exit(1);
}

static void check(void) {
    if (amqp_get_rpc_reply(link_).reply_type != AMQP_RESPONSE_NORMAL) fail("the broker refuses");
}

static void publish(amqp_bytes_t queue, long count, long window, const char *path, int alike) {
    static char body[1 << 16];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(body, 1, sizeof body, file) : 0;
    if (length == 0) fail("no body");
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2};
    amqp_table_entry_t trace = {.key = amqp_cstring_bytes("traceparent"), .value.kind = AMQP_FIELD_KIND_UTF8};
    trace.value.value.bytes = amqp_cstring_bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    if (alike) {
        properties._flags |= AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_HEADERS_FLAG;
        properties.message_id = amqp_cstring_bytes("0af76519-16cd-43dd-8448-eb211c80319c");
        properties.content_type = amqp_cstring_bytes("application/json");
        properties.headers.num_entries = 1;
        properties.headers.entries = &trace;
    }
    amqp_confirm_select(link_, 1);
    check();
    long sent = 0, confirmed = 0;
    begin();
    while (confirmed < count) {
        while (sent < count && sent - confirmed < window) {
            if (amqp_basic_publish(link_, 1, amqp_empty_bytes, queue, 1, 0, &properties, (amqp_bytes_t){length, body}))
                fail("publishing");
            sent++;
        }
        amqp_frame_t frame;
        if (amqp_simple_wait_frame(link_, &frame) != AMQP_STATUS_OK) fail("waiting");
        if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
            amqp_basic_ack_t *ack = frame.payload.method.decoded;
            // Confirms come in order here: one queue, one channel.
            confirmed = ack->multiple ? (long)ack->delivery_tag : confirmed + 1;
            amqp_maybe_release_buffers(link_);
        } else {
            fail("not confirmed");
        }
    }
    end();
}

static void consume(amqp_bytes_t queue, long count, int prefetch) {
    amqp_basic_qos(link_, 1, 0, prefetch, 0);
    check();
    amqp_basic_consume(link_, 1, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check();
    long taken = 0;
    size_t bytes = 0;
    begin();
    while (taken < count) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(link_);
        if (amqp_consume_message(link_, &envelope, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL) fail("consuming");
        bytes += envelope.message.body.len;
        taken++;
        if (taken % (prefetch / 2) == 0 || taken == count) amqp_basic_ack(link_, 1, envelope.delivery_tag, 1);
        amqp_destroy_envelope(&envelope);
    }
    end();
    if (bytes == 0) fail("empty messages");
}

static void wait_until_empty(amqp_bytes_t queue) {
    struct timespec pause = {.tv_nsec = 10000000};
    for (;;) {
        amqp_queue_declare_ok_t *state = amqp_queue_declare(link_, 1, queue, 1, 1, 0, 0, amqp_empty_table);
        check();
        if (state->message_count == 0) return;
        amqp_maybe_release_buffers(link_);
        nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv) {
    if (argc < 4) fail("usage: see the first lines of bare_amqp.c");
    link_ = amqp_new_connection();
    if (amqp_socket_open(amqp_tcp_socket_new(link_), "127.0.0.1", atoi(argv[1]))) fail("no connection");
    if (amqp_login(link_, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest").reply_type !=
        AMQP_RESPONSE_NORMAL)
        fail("no login");
    amqp_channel_open(link_, 1);
    check();
    amqp_bytes_t queue = amqp_cstring_bytes(argv[2]);
    if (!strcmp(argv[3], "declare"))
        amqp_queue_declare(link_, 1, queue, 0, 1, 0, 0, amqp_empty_table), check();
    else if (!strcmp(argv[3], "purge"))
        amqp_queue_purge(link_, 1, queue), check();
    else if (!strcmp(argv[3], "wait"))
        wait_until_empty(queue);
    else if (!strncmp(argv[3], "publish", 7) && argc == 7)
        publish(queue, atol(argv[4]), atol(argv[5]), argv[6], !strcmp(argv[3], "publish-alike"));
    else if (!strcmp(argv[3], "consume") && argc == 6)
        consume(queue, atol(argv[4]), atoi(argv[5]));
    else
        fail("usage: see the first lines of bare_amqp.c");
    amqp_channel_close(link_, 1, AMQP_REPLY_SUCCESS);
    amqp_connection_close(link_, AMQP_REPLY_SUCCESS);
    return 0;
}
