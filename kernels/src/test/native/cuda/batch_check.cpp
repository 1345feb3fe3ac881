// Packing a batch, which needs no GPU: random batches against what batch.h promises, and that wrong ones are refused.
#include "batch.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "attention.cuh"
#include "failure.h"

namespace {

int failures = 0;

void expect(bool holds, const char *what) {
  if (holds) return;
  failures++;
  std::printf("FAILED %s\n", what);
}

struct Input {
  std::vector<int32_t> offsets, items;
  std::vector<int64_t> times, request_times;

  hstu_lane_buffers buffers() {
    return hstu_lane_buffers{offsets.data(), items.data(), times.data(), request_times.data(), nullptr,
                             static_cast<int32_t>(items.size()), static_cast<int32_t>(request_times.size())};
  }
};

hstu::Shape shape(int items, int events) {
  hstu::Shape s{};
  s.hidden = 4096;  // of the batches below some are more than kListedBytes then
  s.items = items;
  s.max_events = events;
  return s;
}

Input random_input(std::mt19937_64 &random, const hstu::Shape &s, int users) {
  Input input;
  input.offsets.push_back(0);
  for (int user = 0; user < users; user++) {
    const int length = 1 + static_cast<int>(random() % s.max_events);
    int64_t now = static_cast<int64_t>(random() % 4000000000) - 2000000000;
    for (int i = 0; i < length; i++) {
      input.items.push_back(1 + static_cast<int>(random() % s.items));
      input.times.push_back(now);
      now += static_cast<int64_t>(random() % 1000) - (random() % 7 == 0 ? 500 : 0);
    }
    input.request_times.push_back(now);
    input.offsets.push_back(static_cast<int32_t>(input.items.size()));
  }
  return input;
}

int longest_user(const Input &input) {
  int longest = 0;
  for (size_t i = 1; i < input.offsets.size(); i++) {
    longest = std::max(longest, input.offsets[i] - input.offsets[i - 1]);
  }
  return longest;
}

void check_packed(Input &input, const hstu::Shape &s, int rows) {
  const int users = static_cast<int>(input.request_times.size());
  const hstu_lane_buffers buffers = input.buffers();
  const hstu::BatchCapacity counts = hstu::count_batch(buffers, users, s);
  const hstu::BatchLayout layout(counts);
  std::vector<char> memory(layout.bytes, 0x5a);
  const hstu::BatchHeader header = hstu::pack_batch(buffers, counts, s, rows, layout, memory.data());
  const hstu::BatchArrays arrays = layout.at(memory.data());
  expect(arrays.header->users == users && arrays.header->tokens == input.offsets[users], "header counts");
  bool sorted = true;
  int tiles = 0;
  for (int user = 0; user < users; user++) {
    const int first = input.offsets[user], length = input.offsets[user + 1] - first;
    const int *times = arrays.times + arrays.time_offsets[user];
    expect(arrays.time_offsets[user] % hstu::kTimeAlignment == 0, "alignment of times");
    expect(reinterpret_cast<const char *>(times + length + 1) <= memory.data() + layout.bytes, "room for times");
    bool zero = false;
    for (int i = 0; i <= length; i++) {
      const int64_t here = i < length ? input.times[first + i] : input.request_times[user];
      const int64_t next = i + 1 < length ? input.times[first + i + 1] : input.request_times[user];
      expect(times[i] >= 0, "no negative time");
      if (i < length) {
        expect(static_cast<int64_t>(times[i + 1]) - times[i] == next - here, "differences of times");
        sorted = sorted && next >= here;
      }
      zero = zero || times[i] == 0;
    }
    expect(zero, "the smallest time is 0");
    for (int i = 0; i < length; i++) expect(arrays.items[first + i] == input.items[first + i], "items");
    tiles += (length + rows - 1) / rows;
  }
  expect(header.sorted == (sorted ? 1 : 0), "sorted");
  expect(header.q_tiles == tiles && tiles <= counts.q_tiles(), "number of tiles");
  std::vector<std::vector<bool>> seen(users);
  const int longest = longest_user(input);
  int64_t listed = 0;             // bytes of keys and values of the users since the list last began anew
  int shortest = longest;         // of those users
  int shortest_before = longest;  // of the users before them
  int rows_to_come = 0;           // of users that have tiles so far
  for (int t = 0; t < header.q_tiles; t++) {
    const hstu::QTile tile = arrays.q_tiles[t];
    const int user = static_cast<int>(
        std::upper_bound(input.offsets.begin(), input.offsets.end(), tile.token0) - input.offsets.begin() - 1);
    const int length = input.offsets[user + 1] - input.offsets[user];
    expect(tile.token0 == input.offsets[user] && tile.length == length, "a tile's user");
    expect(tile.time0 == arrays.time_offsets[user], "a tile's times");
    if (longest <= hstu::kShortUser && listed >= hstu::kListedBytes && t > 0 && seen[user].empty()) {
      expect(rows_to_come == 0, "users listed together");
      listed = 0;
      shortest_before = shortest;
    } else {
      expect(t == 0 || tile.row0 <= arrays.q_tiles[t - 1].row0, "longest tiles first");
    }
    if (longest <= hstu::kShortUser) expect(length <= shortest_before, "longest users first");
    shortest = std::min(shortest, length);
    if (seen[user].empty()) {
      listed += static_cast<int64_t>(length) * s.hidden * 4;
      rows_to_come += length;
    }
    rows_to_come -= std::min(length, tile.row0 + rows) - std::max(0, tile.row0);
    seen[user].resize(length);
    for (int row = std::max(0, tile.row0); row < std::min(length, tile.row0 + rows); row++) {
      expect(!seen[user][row], "a row once");
      seen[user][row] = true;
    }
  }
  for (const std::vector<bool> &user : seen) {
    expect(!user.empty() && std::find(user.begin(), user.end(), false) == user.end(), "every row");
  }
}

void expect_form(int heads, int width, const std::vector<int> &lengths, int rows, int heads_together,
                 const char *what) {
  hstu::Shape s{};
  s.heads = heads;
  s.width = width;
  std::vector<int> offsets(1, 0);
  for (const int length : lengths) offsets.push_back(offsets.back() + length);
  const hstu::TileForm form = hstu::tile_form(s, offsets.data(), static_cast<int>(lengths.size()));
  expect(form.rows == rows && form.heads == heads_together, what);
}

void check_forms() {
  expect_form(4, 64, std::vector<int>(128, 512), 128, 2, "many short users: pairs of heads");
  expect_form(4, 64, std::vector<int>(32, 2048), 192, 2, "many long users: 192 rows");
  expect_form(4, 64, std::vector<int>(8, 8192), 192, 2, "few long users, enough work: 192 rows");
  expect_form(4, 64, {5176, 4000, 3500, 3300, 3000, 2500, 2000, 852}, 128, 2, "a unit of 192 rows too long: pairs of heads");
  expect_form(4, 64, {8192, 100, 100}, 128, 1, "one user beside nothing: one head a unit");
  expect_form(4, 64, {512}, 128, 1, "one short user: one head a unit");
  expect_form(5, 64, std::vector<int>(128, 512), 192, 2, "an odd number of heads: no pairs");
  expect_form(4, 128, std::vector<int>(128, 512), 192, 1, "wide heads: no pairs");
  expect_form(2, 1024, std::vector<int>(512, 512), 192, 1, "heads wider than tensor cores take: one head a unit");
}

void expect_refused(const char *part, const std::function<void(Input &)> &spoil) {
  const hstu::Shape s = shape(10, 5);
  Input input{{0, 2, 5}, {1, 2, 3, 4, 10}, {5, 6, 1, 2, 3}, {7, 4}};
  spoil(input);
  try {
    const hstu_lane_buffers buffers = input.buffers();
    const hstu::BatchCapacity counts = hstu::count_batch(buffers, 2, s);
    const hstu::BatchLayout layout(counts);
    std::vector<char> memory(layout.bytes);
    hstu::pack_batch(buffers, counts, s, 128, layout, memory.data());
    expect(false, part);
  } catch (const hstu::Failure &failure) {
    const bool named = std::string(failure.what()).find(part) != std::string::npos;
    if (!named) std::printf("said: %s\n", failure.what());
    expect(named && failure.code() == HSTU_INVALID, part);
  }
}

}  // namespace

int main() {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; round++) {
    const int most_events = round % 3 == 0 ? 2000 : 700;
    const hstu::Shape s = shape(1 + static_cast<int>(random() % 50), 1 + static_cast<int>(random() % most_events));
    Input input = random_input(random, s, 1 + static_cast<int>(random() % 40));
    check_packed(input, s, round % 2 == 0 ? 128 : 192);
  }
  check_forms();
  expect_refused("item row 11 of user 1, event 2", [](Input &i) { i.items[4] = 11; });
  expect_refused("item row 0 of user 0, event 0", [](Input &i) { i.items[0] = 0; });
  expect_refused("offsets[0]=1", [](Input &i) { i.offsets[0] = 1; });
  expect_refused("offsets[1]=0", [](Input &i) { i.offsets[1] = 0; });
  expect_refused("offsets[2]=6", [](Input &i) { i.offsets[2] = 6; });
  expect_refused("offsets[1]=-2147483648", [](Input &i) { i.offsets[1] = INT32_MIN; });
  expect_refused("span_seconds=2147483647 of user 1", [](Input &i) { i.request_times[1] = 2147483648LL; });
  expect_refused("span_seconds=18446744073709551615 of user 0", [](Input &i) {
    i.times[0] = INT64_MIN;
    i.request_times[0] = INT64_MAX;
  });
  std::printf(failures == 0 ? "all checks passed\n" : "%d checks FAILED\n", failures);
  return failures == 0 ? 0 : 1;
}
