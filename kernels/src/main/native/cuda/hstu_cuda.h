/*
 * HSTU user embeddings on a GPU: the whole interface of libhstu_cuda.so, called through
 * java.lang.foreign by dev.hstu.kernels.cuda. The model is that of the paper (arXiv 2402.17152,
 * section 3) with relative position and time bias; names and shapes as in HSTU.md:
 *
 *   V items, N slots a user, D width of the residual stream, h heads, dqk and dv widths of a head,
 *   b blocks, L events of a user.
 *
 * Every function but the first two returns HSTU_OK or a negative code; hstu_cuda_last_error() then
 * says what failed, naming the CUDA call where it was one. Pointers named `out` are written only on
 * success. All memory is row-major in the processor's byte order.
 *
 * Threads: a model may be shared; a lane is used by one thread at a time; different lanes run side
 * by side. Any thread may call, each finds its own last error.
 */
#ifndef HSTU_CUDA_H
#define HSTU_CUDA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HSTU_EXPORT __attribute__((visibility("default")))

/* Changes with any signature, struct or meaning below; Java refuses another one. */
#define HSTU_CUDA_INTERFACE 2

/* What a function returns. */
#define HSTU_OK 0
#define HSTU_INVALID (-1)       /* an argument is out of its bounds; nothing was done */
#define HSTU_CUDA_FAILED (-2)   /* a CUDA call failed; the lane may be used again unless it says so again */
#define HSTU_OUT_OF_MEMORY (-3) /* device or pinned memory is used up; nothing was kept */
#define HSTU_NO_DEVICE (-4)     /* no driver, no such device, or one that can't run the kernels */

/* What values are kept in between operations. Sums are float32 in both. */
#define HSTU_FLOAT32 0
#define HSTU_BFLOAT16 1

/*
 * Widest D, dqk and dv. In bfloat16 a head is at most 128 wide and all heads together, each padded to 32, 64 or 128, at most 1024;
 * what is beyond is for float32 alone.
 */
#define HSTU_MAX_WIDTH 1024
#define HSTU_MAX_BFLOAT16_HEAD_WIDTH 128
#define HSTU_MAX_BFLOAT16_HIDDEN 1024

/* Largest span of a user's times, request time included, in seconds: 68 years. */
#define HSTU_MAX_SPAN_SECONDS 2147483646

/* Most tokens and users of a lane. */
#define HSTU_MAX_LANE_TOKENS (1 << 22)
#define HSTU_MAX_LANE_USERS (1 << 18)

HSTU_EXPORT int32_t hstu_cuda_interface(void);

/* Why the last call of this thread failed, UTF-8, valid until its next call. */
HSTU_EXPORT const char *hstu_cuda_last_error(void);

/* ------------------------------------------------------------------------------ devices */

typedef struct {
  char name[256];
  int32_t major, minor; /* compute capability; kernels need 8.0, the fast ones 9.0 */
  int32_t multiprocessors;
  int32_t driver; /* CUDA version of the driver, e.g. 13000 */
  int64_t memory_bytes;
} hstu_device;

/* How many GPUs there are; HSTU_NO_DEVICE without a driver. Takes no memory of any of them. */
HSTU_EXPORT int32_t hstu_cuda_device_count(int32_t *out);

/* What one of them is. Takes no memory of it. */
HSTU_EXPORT int32_t hstu_cuda_device(int32_t device, hstu_device *out);

/* Bytes of device memory no process holds, after this process has given back what it caches. */
HSTU_EXPORT int32_t hstu_cuda_free_bytes(int32_t device, int64_t *out);

/* -------------------------------------------------------------------------------- models */

typedef struct {
  int32_t items;      /* V */
  int32_t max_events; /* Nmax */
  int32_t slots;      /* N */
  int32_t dim;        /* D */
  int32_t heads;      /* h */
  int32_t query_dim;  /* dqk */
  int32_t value_dim;  /* dv */
  int32_t blocks;     /* b */
} hstu_shape;

typedef struct hstu_model hstu_model;

/*
 * Copies a model's weights to a device, in the precision and layout its kernels read.
 *
 * weights  host memory, float32, any alignment, not kept: E [V+1][D], P [N][D], then for every
 *          block W [D][2*h*dv + 2*h*dqk] with columns u | v | q | k, Wo [D][h*dv], bo [D],
 *          pos [2N-1], time [129]
 * count    2 + 5 * blocks
 */
HSTU_EXPORT int32_t hstu_cuda_model_open(int32_t device, int32_t precision, const hstu_shape *shape,
                                         const void *const *weights, int32_t count,
                                         hstu_model **out);

/* Frees it; every lane of it must be closed before. */
HSTU_EXPORT int32_t hstu_cuda_model_close(hstu_model *model);

/* --------------------------------------------------------------------------------- lanes */

/*
 * A stream with all the memory an encode needs, taken once: what is in flight on one lane doesn't
 * wait for another.
 */
typedef struct hstu_lane hstu_lane;

/* Page-locked host memory of a lane, where a batch is laid down and its embeddings are found. */
typedef struct {
  int32_t *offsets;       /* [max_users + 1], user u owns tokens offsets[u] .. offsets[u+1]-1 */
  int32_t *items;         /* [max_tokens], item rows 1..V, a user's oldest event first */
  int64_t *times;         /* [max_tokens], seconds */
  int64_t *request_times; /* [max_users], seconds */
  float *embeddings;      /* [max_users][D], unit length */
  int32_t max_tokens, max_users;
} hstu_lane_buffers;

/* max_tokens at least Nmax, so that any one user fits. */
HSTU_EXPORT int32_t hstu_cuda_lane_open(hstu_model *model, int32_t max_tokens, int32_t max_users,
                                        hstu_lane **out);
HSTU_EXPORT int32_t hstu_cuda_lane_buffers(hstu_lane *lane, hstu_lane_buffers *out);
HSTU_EXPORT int32_t hstu_cuda_lane_close(hstu_lane *lane);

/*
 * Encodes the batch in the lane's buffers: users of 1..Nmax events, from offsets[0] = 0. A user's
 * embedding has the same bits in every batch and on every lane.
 *
 * Start returns when the work is on its way, and the input buffers may be filled anew at once; wait
 * returns when the embeddings are there. A user whose times span more than HSTU_MAX_SPAN_SECONDS is
 * refused by name, and so is an item row outside 1..V.
 */
HSTU_EXPORT int32_t hstu_cuda_encode_start(hstu_lane *lane, int32_t users);
HSTU_EXPORT int32_t hstu_cuda_encode_wait(hstu_lane *lane);
HSTU_EXPORT int32_t hstu_cuda_encode(hstu_lane *lane, int32_t users);

/*
 * The same forward pass over all rows of all blocks, for verification.
 *
 * streams  out, float32 [b][tokens][D]: the residual stream after each block
 * rows     out, float32 [tokens][D]: the last of them, every row at unit length
 */
HSTU_EXPORT int32_t hstu_cuda_trace(hstu_lane *lane, int32_t users, float *streams, float *rows);

/* --------------------------------------------------------------------------- kept states */

/*
 * Keys and values of users' rows, kept so that an appended event recomputes two rows a block. They
 * lie in pages of HSTU_PAGE_ROWS rows taken once from a byte budget; a user of L events owns
 * ceil(L / HSTU_PAGE_ROWS) of them, event i in the page i / HSTU_PAGE_ROWS of its list. Which user
 * owns which pages is the caller's business. Bfloat16 models alone.
 *
 * For one thread at a time; pages must not be appended to while a lane fills them.
 */
#define HSTU_PAGE_ROWS 64
#define HSTU_MAX_PAGES (1 << 24)
#define HSTU_MAX_APPENDS 1024

typedef struct hstu_states hstu_states;

/* A user whose state is kept. Times are seconds since the smallest of the encode that kept it, request time included. */
typedef struct {
  int32_t length;       /* L, with the appended event */
  int32_t rows;         /* 2: an event came; 1: only the request time moved */
  int32_t items[2];     /* item rows of events L-2 and L-1; rows 1: the second alone */
  int32_t times[2];     /* of the same */
  int32_t request_time;
  int32_t first_page;   /* where its page numbers begin in page_table */
} hstu_append;

/* Page-locked host memory, where appends are laid down and their embeddings are found. */
typedef struct {
  hstu_append *appends; /* [max_users] */
  int32_t *page_table;  /* [max_table] */
  float *embeddings;    /* [max_users][D], unit length */
  int32_t max_users, max_table;
  int32_t pages;        /* of the pool, numbered from 0 */
} hstu_states_buffers;

/* bytes at least the pages of a user of Nmax events; max_users 1..HSTU_MAX_APPENDS. */
HSTU_EXPORT int32_t hstu_cuda_states_open(hstu_model *model, int64_t bytes, int32_t max_users, hstu_states **out);
HSTU_EXPORT int32_t hstu_cuda_states_buffers(hstu_states *states, hstu_states_buffers *out);
HSTU_EXPORT int32_t hstu_cuda_states_close(hstu_states *states);

/* Appends an event each to the first `users` laid down, or moves their request time. */
HSTU_EXPORT int32_t hstu_cuda_append(hstu_states *states, int32_t users);

/*
 * hstu_cuda_encode that keeps users' states.
 *
 * first_pages  [users] where a user's page numbers begin in page_table, or -1: its state is not kept
 * page_table   [entries] page numbers
 */
HSTU_EXPORT int32_t hstu_cuda_encode_keeping(hstu_lane *lane, hstu_states *states, int32_t users,
                                             const int32_t *first_pages, const int32_t *page_table, int32_t entries);

#ifdef __cplusplus
}
#endif
#endif
