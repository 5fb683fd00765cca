/* Stands in for ALSA's sequencer where the kernel has none, preloaded into Qtractor, which starts no
   audio without MIDI. There is nobody to talk to: every call succeeds and nothing ever arrives. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static int silent_pipe[2] = {-1, -1};

int snd_seq_open(void **seq, const char *name, int streams, int mode) {
    if (silent_pipe[0] < 0 && pipe(silent_pipe) != 0) return -errno;
    *seq = calloc(1, 4096);
    return *seq ? 0 : -ENOMEM;
}
int snd_seq_close(void *seq) { free(seq); return 0; }
int snd_seq_poll_descriptors_count(void *seq, short events) { return 1; }
int snd_seq_poll_descriptors(void *seq, struct pollfd *fds, unsigned space, short events) {
    if (space < 1) return 0;
    fds[0].fd = silent_pipe[0];
    fds[0].events = POLLIN;
    fds[0].revents = 0;
    return 1;
}
int snd_seq_event_input(void *seq, void **event) { return -EAGAIN; }
int snd_seq_query_next_client(void *seq, void *info) { return -ENOENT; }
int snd_seq_query_next_port(void *seq, void *info) { return -ENOENT; }
int snd_seq_query_port_subscribers(void *seq, void *subs) { return -ENOENT; }
int snd_seq_get_any_client_info(void *seq, int client, void *info) { return -ENOENT; }
int snd_seq_get_any_port_info(void *seq, int client, int port, void *info) { return -ENOENT; }
int snd_seq_client_id(void *seq) { return 128; }

#define SUCCEEDS(name) int name() { return 0; }
SUCCEEDS(snd_seq_set_client_name)
SUCCEEDS(snd_seq_create_simple_port)
SUCCEEDS(snd_seq_delete_simple_port)
SUCCEEDS(snd_seq_alloc_queue)
SUCCEEDS(snd_seq_free_queue)
SUCCEEDS(snd_seq_control_queue)
SUCCEEDS(snd_seq_drain_output)
SUCCEEDS(snd_seq_drop_input)
SUCCEEDS(snd_seq_drop_output)
SUCCEEDS(snd_seq_event_input_pending)
SUCCEEDS(snd_seq_event_output)
SUCCEEDS(snd_seq_event_output_direct)
SUCCEEDS(snd_seq_get_port_info)
SUCCEEDS(snd_seq_set_port_info)
SUCCEEDS(snd_seq_get_queue_status)
SUCCEEDS(snd_seq_get_queue_tempo)
SUCCEEDS(snd_seq_set_queue_tempo)
SUCCEEDS(snd_seq_set_queue_timer)
SUCCEEDS(snd_seq_remove_events)
SUCCEEDS(snd_seq_subscribe_port)
SUCCEEDS(snd_seq_unsubscribe_port)
