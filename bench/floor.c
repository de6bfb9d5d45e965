/*
 * floor is what a hit cannot cost less than: it reads request heads from keep-alive connections and answers each with the same response,
 * prepared at the start, by one write. It parses nothing, knows no objects, and counts nothing. One thread, epoll, level-triggered.
 *
 *	floor PORT BYTES     listens on 127.0.0.1:PORT, answers with a body of so many bytes
 *
 * What it costs is the kernel's part of a hit: every server's cost is told as a multiple of it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_LIMIT = 16 << 10, EVENTS = 256 };

struct connection {
	int socket;
	size_t have;  /* bytes of the request head that have been read */
	size_t left;  /* bytes of the response that the socket has not taken yet; nothing is read meanwhile */
	char head[HEAD_LIMIT];
};

static char *response;
static size_t response_length;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The fields are those that a cache sends with a page. */
static void prepare(size_t body)
{
	response = malloc(body + 512);
	if (response == NULL)
		fail("floor: malloc");
	int head = snprintf(response, 512,
		"HTTP/1.1 200 OK\r\n"
		"Content-Type: text/html; charset=utf-8\r\n"
		"Content-Length: %zu\r\n"
		"Cache-Control: public, max-age=86400\r\n"
		"Etag: \"0123456789abcdef\"\r\n"
		"Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT\r\n"
		"Date: Sun, 22 Nov 2026 00:00:00 GMT\r\n"
		"Age: 1\r\n"
		"Via: 1.1 floor\r\n"
		"\r\n", body);
	memset(response + head, 'x', body);
	response_length = head + body;
}

static void leave(struct connection *c)
{
	close(c->socket); /* which takes it out of epoll, too */
	free(c);
}

/* Writes what is left. Returns -1 if the connection is of no more use. */
static int answer(int poll, struct connection *c)
{
	int waited = c->left < response_length;
	ssize_t n = write(c->socket, response + response_length - c->left, c->left);
	if (n < 0 && errno != EAGAIN)
		return -1;
	if (n > 0)
		c->left -= n;
	if (c->left == 0 && !waited)
		return 0; /* the usual case: one write, and epoll need not be told anything */
	struct epoll_event want = {.events = c->left > 0 ? EPOLLOUT : EPOLLIN, .data.ptr = c};
	return epoll_ctl(poll, EPOLL_CTL_MOD, c->socket, &want);
}

/* Reads a head, and answers once it is whole. Clients here send no request before they have the answer to the one before. */
static int serve(int poll, struct connection *c)
{
	if (c->left > 0)
		return answer(poll, c);
	ssize_t n = read(c->socket, c->head + c->have, HEAD_LIMIT - c->have);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	c->have += n;
	if (c->have < 4 || memcmp(c->head + c->have - 4, "\r\n\r\n", 4) != 0)
		return c->have == HEAD_LIMIT ? -1 : 0;
	c->have = 0;
	c->left = response_length;
	return answer(poll, c);
}

static void greet(int poll, int listener)
{
	int one = 1;
	int s = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (s < 0)
		return;
	struct connection *c = malloc(sizeof *c);
	if (c == NULL)
		fail("floor: malloc");
	c->socket = s;
	c->have = c->left = 0;
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
	if (epoll_ctl(poll, EPOLL_CTL_ADD, s, &want) < 0)
		leave(c);
}

static int listen_on(int port)
{
	int one = 1;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    bind(s, (struct sockaddr *)&loopback, sizeof loopback) < 0 || listen(s, 1024) < 0)
		fail("floor: listen");
	return s;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: floor PORT BYTES\n");
		return 2;
	}
	prepare(strtoul(argv[2], NULL, 10));
	signal(SIGPIPE, SIG_IGN);
	int listener = listen_on(atoi(argv[1]));
	int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event want = {.events = EPOLLIN, .data.ptr = NULL};
	if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &want) < 0)
		fail("floor: epoll");
	for (;;) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(poll, events, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			fail("floor: epoll_wait");
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;
			if (c == NULL)
				greet(poll, listener);
			else if (serve(poll, c) < 0)
				leave(c);
		}
	}
}
