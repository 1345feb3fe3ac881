#include "batch.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "attention.cuh"
#include "failure.h"

namespace hstu {
namespace {

constexpr size_t kArrayAlignment = 256;

template <typename T>
size_t place(size_t &end, size_t count) {
  const size_t start = end;
  end = (start + count * sizeof(T) + kArrayAlignment - 1) / kArrayAlignment * kArrayAlignment;
  return start;
}

// One pass without branches, since this runs for every event; which item is wrong is looked for when one is.
void copy_items(const hstu_lane_buffers &input, const BatchCapacity &counts, const Shape &shape, int *items) {
  unsigned greatest = 0;  // of item - 1, which is huge for items below 1
  for (int token = 0; token < counts.tokens; token++) {
    items[token] = input.items[token];
    greatest = std::max(greatest, static_cast<unsigned>(input.items[token]) - 1);
  }
  if (greatest < static_cast<unsigned>(shape.items)) return;
  for (int user = 0; user < counts.users; user++) {
    for (int token = input.offsets[user]; token < input.offsets[user + 1]; token++) {
      if (input.items[token] >= 1 && input.items[token] <= shape.items) continue;
      refuse(HSTU_INVALID, "item row %d of user %d, event %d, must be within 1..%d", input.items[token], user,
             token - input.offsets[user], shape.items);
    }
  }
}

// Writes L + 1 times relative to the smallest of them; true when they ascend.
bool copy_times(const hstu_lane_buffers &input, int user, int *times) {
  const int length = input.offsets[user + 1] - input.offsets[user];
  const int64_t *source = input.times + input.offsets[user];
  const int64_t request = input.request_times[user];
  int descents = source[length - 1] > request ? 1 : 0;
  for (int i = 1; i < length; i++) descents += source[i - 1] > source[i] ? 1 : 0;
  int64_t least = source[0], greatest = request;
  if (descents > 0) {
    const auto [low, high] = std::minmax_element(source, source + length);
    least = std::min(*low, request);
    greatest = std::max(*high, request);
  }
  // As unsigned: the difference of any two 64-bit times is one.
  const uint64_t span = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
  if (span > HSTU_MAX_SPAN_SECONDS) {
    refuse(HSTU_INVALID, "span_seconds=%llu of user %d must be at most %d", static_cast<unsigned long long>(span), user,
           HSTU_MAX_SPAN_SECONDS);
  }
  for (int i = 0; i < length; i++) times[i] = static_cast<int>(source[i] - least);
  times[length] = static_cast<int>(request - least);
  return descents == 0;
}

// Calls `tile(first row, keys / kTileEnd)` for a user's tiles, of which the last may attend to all of its keys.
constexpr int kTileEnd = 64;
template <typename Tile>
void for_each_tile(int length, int rows, Tile tile) {
  for (int row0 = last_tile_row(length, rows); row0 > -rows; row0 -= rows) tile(row0, (row0 + rows) / kTileEnd);
}

// The tiles of `users` by their keys, longest first and in the order of users where equal; sorted by counting.
//   counts: one for each number of kTileEnd keys, of any values.
QTile *list_together(const int *offsets, const int *time_offsets, const int *users, int count, int rows,
                     std::vector<int> &counts, QTile *tiles) {
  std::fill(counts.begin(), counts.end(), 0);
  for (int i = 0; i < count; i++) {
    for_each_tile(offsets[users[i] + 1] - offsets[users[i]], rows, [&](int, int keys) { counts[keys]++; });
  }
  int total = 0;
  for (int keys = static_cast<int>(counts.size()) - 1; keys >= 0; keys--) {
    total += counts[keys];
    counts[keys] = total - counts[keys];
  }
  for (int i = 0; i < count; i++) {
    const int first = offsets[users[i]];
    const int length = offsets[users[i] + 1] - first;
    for_each_tile(length, rows, [&](int row0, int keys) {
      tiles[counts[keys]++] = QTile{first, length, row0, time_offsets[users[i]]};
    });
  }
  return tiles + total;
}

}  // namespace

BatchLayout::BatchLayout(const BatchCapacity &capacity) {
  bytes = 0;
  header = place<BatchHeader>(bytes, 1);
  offsets = place<int>(bytes, capacity.users + 1);
  time_offsets = place<int>(bytes, capacity.users);
  items = place<int>(bytes, capacity.tokens);
  q_tiles = place<QTile>(bytes, capacity.q_tiles());
  times = place<int>(bytes, capacity.times());
}

BatchArrays BatchLayout::at(char *base) const {
  BatchArrays arrays;
  arrays.header = reinterpret_cast<const BatchHeader *>(base + header);
  arrays.offsets = reinterpret_cast<const int *>(base + offsets);
  arrays.time_offsets = reinterpret_cast<const int *>(base + time_offsets);
  arrays.times = reinterpret_cast<const int *>(base + times);
  arrays.items = reinterpret_cast<const int *>(base + items);
  arrays.q_tiles = reinterpret_cast<const QTile *>(base + q_tiles);
  return arrays;
}

BatchCapacity count_batch(const hstu_lane_buffers &input, int users, const Shape &shape) {
  if (users < 1 || users > input.max_users) {
    refuse(HSTU_INVALID, "users=%d must be within 1..%d, the lane's", users, input.max_users);
  }
  if (input.offsets[0] != 0) refuse(HSTU_INVALID, "offsets[0]=%d must be 0", input.offsets[0]);
  for (int user = 0; user < users; user++) {
    // As 64-bit, since a wild offset may be any number.
    const int64_t length = static_cast<int64_t>(input.offsets[user + 1]) - input.offsets[user];
    if (length < 1 || length > shape.max_events || input.offsets[user + 1] > input.max_tokens) {
      refuse(HSTU_INVALID, "offsets[%d]=%d must be within 1..%d of offsets[%d]=%d and at most %d, the lane's tokens",
             user + 1, input.offsets[user + 1], shape.max_events, user, input.offsets[user], input.max_tokens);
    }
  }
  return BatchCapacity{users, input.offsets[users]};
}

int list_tiles(const int *offsets, const int *time_offsets, int users, const Shape &shape, int rows, QTile *tiles) {
  const auto length = [&](int user) { return offsets[user + 1] - offsets[user]; };
  std::vector<int> order(users);
  std::iota(order.begin(), order.end(), 0);
  int longest = 0;
  for (int user = 0; user < users; user++) longest = std::max(longest, length(user));
  std::vector<int> counts(round_up(longest, kTileEnd) / kTileEnd + 1);
  if (longest > kShortUser) {
    return static_cast<int>(list_together(offsets, time_offsets, order.data(), users, rows, counts, tiles) - tiles);
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return length(a) > length(b); });
  const int64_t token_bytes = 2 * sizeof(bf16) * static_cast<int64_t>(shape.hidden);
  QTile *end = tiles;
  for (int first = 0, next = 0; first < users; first = next) {
    for (int64_t bytes = 0; next < users && bytes < kListedBytes; next++) bytes += length(order[next]) * token_bytes;
    end = list_together(offsets, time_offsets, order.data() + first, next - first, rows, counts, end);
  }
  return static_cast<int>(end - tiles);
}

BatchHeader pack_batch(const hstu_lane_buffers &input, const BatchCapacity &counts, const Shape &shape, int tile_rows,
                       const BatchLayout &layout, char *base) {
  int *items = reinterpret_cast<int *>(base + layout.items);
  int *times = reinterpret_cast<int *>(base + layout.times);
  int *time_offsets = reinterpret_cast<int *>(base + layout.time_offsets);
  std::copy(input.offsets, input.offsets + counts.users + 1, reinterpret_cast<int *>(base + layout.offsets));
  copy_items(input, counts, shape, items);
  bool sorted = true;
  int at = 0;
  for (int user = 0; user < counts.users; user++) {
    time_offsets[user] = at;
    sorted = copy_times(input, user, times + at) && sorted;
    at += round_up(input.offsets[user + 1] - input.offsets[user] + 1, kTimeAlignment);
  }
  BatchHeader header;
  header.users = counts.users;
  header.tokens = counts.tokens;
  header.q_tiles = list_tiles(input.offsets, time_offsets, counts.users, shape, tile_rows,
                             reinterpret_cast<QTile *>(base + layout.q_tiles));
  header.sorted = sorted ? 1 : 0;
  *reinterpret_cast<BatchHeader *>(base + layout.header) = header;
  return header;
}

}  // namespace hstu
