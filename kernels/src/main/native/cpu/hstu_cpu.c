#include "hstu_tiles.h"

/* Rows fetched ahead: at 64 values some more reads than a core keeps under way. */
#define ROWS_AHEAD 32

#define ROWS_AT_ONCE 4

#define FLOAT_LANES 16

typedef struct {
  const int8_t *codes;
  const int8_t *next_codes;
  ptrdiff_t block_bytes;
  int32_t rows;
  int32_t groups;
  const int8_t *queries;
  int32_t query_count;
  const int32_t *floors;
  ptrdiff_t floor_block_stride;
  ptrdiff_t floor_query_stride;
  int32_t *found_rows;
  int32_t *found_products;
  int32_t *found_counts;
  ptrdiff_t capacity;
  int32_t offsets[HSTU_MAX_QUERIES];
} sweep;

int32_t hstu_cpu_interface(void) { return HSTU_CPU_INTERFACE; }

int32_t hstu_cpu_has_vnni(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
}

INLINE VNNI void give_out(sweep *s, int32_t block, int32_t query, __m512i products) {
  const int32_t first = block * HSTU_BLOCK_ROWS;
  const __mmask16 valid = rows_of_block(block, s->rows);
  const __m512i floor = _mm512_set1_epi32(
      s->floors[query * s->floor_query_stride + block * s->floor_block_stride]);
  const __mmask16 reach = _mm512_mask_cmpge_epi32_mask(valid, products, floor);
  if (__builtin_expect(reach != 0, 0)) {
    const __m512i lanes =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i numbers = _mm512_add_epi32(lanes, _mm512_set1_epi32(first));
    const int32_t count = s->found_counts[query];
    const ptrdiff_t at = query * s->capacity + count;
    /* Compressed in a register: compressing to memory is microcoded on Zen 4 and 5. The lanes
       behind are written over by what follows, and never pass the capacity. */
    _mm512_storeu_si512(s->found_rows + at, _mm512_maskz_compress_epi32(reach, numbers));
    _mm512_storeu_si512(s->found_products + at, _mm512_maskz_compress_epi32(reach, products));
    s->found_counts[query] = count + _mm_popcnt_u32(reach);
  }
}

INLINE VNNI void tile(
    sweep *s, const int32_t block, const int32_t query, const int BLOCKS, const int QUERIES) {
  const ptrdiff_t query_bytes = (ptrdiff_t)s->groups * HSTU_COLUMN_GROUP;
  const int8_t *queries[TILE_QUERIES];
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
    queries[q] = s->queries + (query + q) * query_bytes;
  }
  __m512i sums[TILE_SUMS];
  multiply(
      s->codes + block * s->block_bytes, NULL, s->groups, queries, s->offsets + query, sums, BLOCKS,
      QUERIES);
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      give_out(s, block + b, query + q, sums[q * BLOCKS + b]);
    }
  }
}

#define TILES(BLOCKS, QUERIES)                              \
  for (; block + (BLOCKS) <= end; block += (BLOCKS)) {      \
    tile(s, block, query, (BLOCKS), (QUERIES));             \
  }

/* The tiles keep about 16 sums, which hides the latency of the products. */
static VNNI void strip_by_8(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(2, 8)
  TILES(1, 8)
}

static VNNI void strip_by_4(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(4, 4)
  TILES(1, 4)
}

static VNNI void strip_by_2(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(8, 2)
  TILES(4, 2)
  TILES(1, 2)
}

static VNNI void strip_by_1(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(8, 1)
  TILES(4, 1)
  TILES(1, 1)
}

INLINE void fetch_next(const sweep *s, int32_t block, int32_t end) {
  if (s->next_codes != NULL) {
    fetch(
        (const char *)s->next_codes + block * s->block_bytes,
        (const char *)s->next_codes + end * s->block_bytes);
  }
}

VNNI void hstu_sweep_int8(
    const int8_t *codes,
    const int8_t *next_codes,
    int32_t rows,
    int32_t groups,
    const int8_t *queries,
    int32_t query_count,
    const int32_t *floors,
    int32_t floors_per_block,
    int32_t *found_rows,
    int32_t *found_products,
    int32_t *found_counts,
    int64_t capacity) {
  sweep s = {
      .codes = codes,
      .next_codes = next_codes,
      .block_bytes = (ptrdiff_t)groups * GROUP_BYTES,
      .rows = rows,
      .groups = groups,
      .queries = queries,
      .query_count = query_count,
      .floors = floors,
      .floor_block_stride = floors_per_block ? 1 : 0,
      .floor_query_stride = floors_per_block ? (ptrdiff_t)capacity / HSTU_BLOCK_ROWS : 1,
      .found_rows = found_rows,
      .found_products = found_products,
      .found_counts = found_counts,
      .capacity = (ptrdiff_t)capacity,
  };
  for (int32_t q = 0; q < query_count; q++) {
    found_counts[q] = 0;
    s.offsets[q] = offset_of(queries + (ptrdiff_t)q * groups * HSTU_COLUMN_GROUP, groups);
  }
  const int32_t blocks = (rows + HSTU_BLOCK_ROWS - 1) / HSTU_BLOCK_ROWS;
  for (int32_t block = 0; block < blocks; block += STRIP_BLOCKS) {
    const int32_t end = block + STRIP_BLOCKS < blocks ? block + STRIP_BLOCKS : blocks;
    fetch_next(&s, block, end);
    int32_t query = 0;
    for (; query + 8 <= query_count; query += 8) {
      strip_by_8(&s, block, end, query);
    }
    for (; query + 4 <= query_count; query += 4) {
      strip_by_4(&s, block, end, query);
    }
    for (; query + 2 <= query_count; query += 2) {
      strip_by_2(&s, block, end, query);
    }
    for (; query < query_count; query++) {
      strip_by_1(&s, block, end, query);
    }
  }
}

INLINE void fetch_row(const float *row, int32_t dimension) {
  const char *to = (const char *)(row + dimension);
  fetch((const char *)row, to);
  _mm_prefetch(to - 1, _MM_HINT_T0);
}

/* The products of four rows, as far as whole registers of columns reach. */
INLINE VNNI void multiply_four(
    const float *const *rows, const float *query, int32_t whole, float *products) {
  __m512 a = _mm512_setzero_ps();
  __m512 b = a;
  __m512 c = a;
  __m512 d = a;
  for (int32_t i = 0; i < whole; i += FLOAT_LANES) {
    const __m512 columns = _mm512_loadu_ps(query + i);
    a = _mm512_fmadd_ps(columns, _mm512_loadu_ps(rows[0] + i), a);
    b = _mm512_fmadd_ps(columns, _mm512_loadu_ps(rows[1] + i), b);
    c = _mm512_fmadd_ps(columns, _mm512_loadu_ps(rows[2] + i), c);
    d = _mm512_fmadd_ps(columns, _mm512_loadu_ps(rows[3] + i), d);
  }
  /* Each row's lanes in halves, in the order in which InnerProducts.java folds them: 16 to 8 … */
  const __m512 ab =
      _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
  const __m512 cd =
      _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
  /* … to 4, to 2, to 1, the first of each 128 bits. */
  const __m512 four =
      _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
  const __m512 two = _mm512_add_ps(four, _mm512_permute_ps(four, 0x4e));
  const __m512 one = _mm512_add_ps(two, _mm512_permute_ps(two, 0xb1));
  _mm_storeu_ps(products, _mm512_castps512_ps128(_mm512_maskz_compress_ps(0x1111, one)));
}

/* Where the compiler knows the dimension, no loop over columns is left. */
INLINE VNNI void products_of_rows(
    const float *vectors,
    int32_t dimension,
    const int32_t *rows,
    int32_t count,
    const float *query,
    float *products) {
  const int32_t whole = dimension / FLOAT_LANES * FLOAT_LANES;
  for (int32_t i = 0; i < count && i < ROWS_AHEAD; i++) {
    fetch_row(vectors + (ptrdiff_t)rows[i] * dimension, dimension);
  }
  for (int32_t first = 0; first < count; first += ROWS_AT_ONCE) {
    const int32_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
    const float *at[ROWS_AT_ONCE];
    float sums[ROWS_AT_ONCE];
    for (int32_t i = 0; i < ROWS_AT_ONCE; i++) {
      /* Where fewer are left, the last stands in for those that aren't there. */
      at[i] = vectors + (ptrdiff_t)rows[first + (i < some ? i : some - 1)] * dimension;
      if (first + i + ROWS_AHEAD < count) {
        fetch_row(vectors + (ptrdiff_t)rows[first + i + ROWS_AHEAD] * dimension, dimension);
      }
    }
    multiply_four(at, query, whole, sums);
    for (int32_t i = 0; i < some; i++) {
      for (int32_t c = whole; c < dimension; c++) {
        sums[i] = __builtin_fmaf(query[c], at[i][c], sums[i]);
      }
      products[first + i] = sums[i];
    }
  }
}

VNNI void hstu_products_of_rows(
    const float *vectors,
    int32_t dimension,
    const int32_t *rows,
    int32_t count,
    const float *query,
    float *products) {
  switch (dimension) {
    case 64:
      products_of_rows(vectors, 64, rows, count, query, products);
      break;
    case 128:
      products_of_rows(vectors, 128, rows, count, query, products);
      break;
    default:
      products_of_rows(vectors, dimension, rows, count, query, products);
  }
}
