// Holds last_rows, append and kept states to their references and to a full forward pass, then times them (`rows_check time`); `rows_check quick` stops
// after the small models.
#include <chrono>
#include <cstring>
#include <string>

#include "rows_model.cuh"

using namespace hstu_check;

namespace {

int misses = 0;

constexpr double kOrderTolerance = 2e-4;    // another order of float32 sums and fast exponentials
constexpr double kFlipTolerance = 5e-3;     // and keys or values that bf16 rounds to the other side because of it
constexpr double kRoundedTolerance = 5e-2;  // keys and values in bf16 against float32 throughout: the reference's own distance, for these weights
constexpr double kRoundedShare = 1.1;       // at most so many times the reference's

void expect(bool good, const char *what, double value) {
  if (good) return;
  misses++;
  std::printf("  MISS %s: %.3g\n", what, value);
}

const char *name(RowsPath path) { return path == RowsPath::kCluster ? "cluster" : "plain"; }

// ---------------------------------------------------------------------------------------------------------------- last rows

struct LaneBatch {
  Device<BatchHeader> header;
  Device<int> offsets, time_offsets, times;
  Device<float> x;
  Device<bf16> uvqk;
  int users;

  BatchArrays arrays() const {
    return BatchArrays{header.data, offsets.data, time_offsets.data, times.data, nullptr, nullptr};
  }
};

std::vector<float> embedding_of(const Device<float> &all, int user, int dim) {
  std::vector<float> row(dim);
  CHECKED(cudaMemcpy(row.data(), all.data + static_cast<size_t>(user) * dim, sizeof(float) * dim, cudaMemcpyDeviceToHost));
  return row;
}

void check_last_rows(const Model &model, Random &random, const std::vector<int> &lengths) {
  const Shape &shape = model.shape;
  const int users = static_cast<int>(lengths.size());
  LaneBatch lane;
  lane.users = users;
  std::vector<int> offsets{0}, time_offsets, times;
  std::vector<std::vector<float>> wanted;
  int tokens = 0;
  for (int length : lengths) tokens += length;
  lane.x = Device<float>(static_cast<size_t>(tokens) * shape.dim_padded);
  lane.uvqk = Device<bf16>(static_cast<size_t>(tokens) * shape.projection());
  lane.uvqk.poison();  // u and q are not to be read
  Full full(model, *std::max_element(lengths.begin(), lengths.end()));
  for (int user = 0; user < users; user++) {
    const int length = lengths[user];
    const std::vector<int64_t> given = random_times(random, length, user % 4);
    wanted.push_back(full.run(random_items(random, length, shape.items), given));
    CHECKED(cudaMemcpy(lane.x.data + static_cast<size_t>(offsets.back()) * shape.dim_padded, full.last_input.data,
                       sizeof(float) * length * shape.dim_padded, cudaMemcpyDeviceToDevice));
    for (int section : {1, 3}) {
      CHECKED(cudaMemcpy2D(
          lane.uvqk.data + static_cast<size_t>(offsets.back()) * shape.projection() + section * shape.hidden,
          shape.projection() * sizeof(bf16), full.rounded.back().data + section * shape.hidden,
          shape.projection() * sizeof(bf16), shape.hidden * sizeof(bf16), length, cudaMemcpyDeviceToDevice));
    }
    offsets.push_back(offsets.back() + length);
    time_offsets.push_back(static_cast<int>(times.size()));
    const int64_t least = *std::min_element(given.begin(), given.end());
    for (int64_t time : given) times.push_back(static_cast<int>(time - least));
    times.resize(round_up(static_cast<int>(times.size()), kTimeAlignment));
  }
  lane.header = Device<BatchHeader>(std::vector<BatchHeader>{{users, tokens, 0, 0}});
  lane.offsets = Device<int>(offsets);
  lane.time_offsets = Device<int>(time_offsets);
  lane.times = Device<int>(times);
  const int most_users = users + 3;
  Device<float> reference(static_cast<size_t>(most_users) * shape.dim), result(reference.count);
  LastRowsArgs args{shape, {}, lane.arrays(), most_users, lane.x.data, lane.uvqk.data, model.weights.back(),
                    nullptr, reference.data};
  CHECKED(last_rows_reference(args, nullptr));
  CHECKED(cudaDeviceSynchronize());
  for (RowsPath path : {RowsPath::kCluster, RowsPath::kPlain}) {
    const cudaError_t planned = rows_plan(shape, RowsWork::kLastRow, path, &args.plan);
    if (planned == cudaErrorInvalidConfiguration) {
      std::printf("  last_rows %s: not for this shape\n", name(path));
      continue;
    }
    CHECKED(planned);
    Device<char> workspace(args.plan.workspace_bytes * most_users);
    args.workspace = workspace.data;
    args.embeddings = result.data;
    result.poison();
    CHECKED(last_rows(args, nullptr));
    CHECKED(cudaDeviceSynchronize());
    double from_reference = 0, from_full = 0;
    for (int user = 0; user < users; user++) {
      const std::vector<float> row = embedding_of(result, user, shape.dim);
      const double a = distance(row.data(), embedding_of(reference, user, shape.dim).data(), shape.dim);
      const double b = distance(row.data(), wanted[user].data(), shape.dim);
      from_reference = a <= from_reference ? from_reference : a;
      from_full = b <= from_full ? from_full : b;
    }
    expect(from_reference < kOrderTolerance, "last_rows from its reference", from_reference);
    expect(from_full < kRoundedTolerance, "last_rows from the full pass", from_full);
    bool untouched = true;
    for (int user = users; user < most_users; user++) {
      for (float value : embedding_of(result, user, shape.dim)) untouched = untouched && std::isnan(value);
    }
    expect(untouched, "rows past the batch", 0);
    // The same user alone: the same bits.
    const std::vector<float> all = result.get();
    std::vector<BatchHeader> one{{1, offsets[1], 0, 0}};
    lane.header.set(one);
    result.poison();
    CHECKED(last_rows(args, nullptr));
    CHECKED(cudaDeviceSynchronize());
    expect(std::memcmp(all.data(), result.get().data(), sizeof(float) * shape.dim) == 0, "bits of a user alone", 0);
    lane.header.set({{users, tokens, 0, 0}});
    std::printf("  last_rows %-7s users %3d tokens %6d  from reference %.1e  from full float32 %.1e\n", name(path), users,
                tokens, from_reference, from_full);
  }
}

// ---------------------------------------------------------------------------------------------------------------- states

// One way of computing, with a pool of its own.
struct Pool {
  std::string title;
  const Model &model;
  bool reference;
  RowsPlan plan;
  Device<char> memory, workspace;
  Device<float> embeddings;
  StatePages pages;

  Pool(const Model &given, int page_count, int most_users, bool is_reference, RowsPath path)
      : title(is_reference ? "reference" : name(path)), model(given), reference(is_reference) {
    const Shape &shape = model.shape;
    memory = Device<char>(page_count * StatePages::page_bytes(shape.hidden, shape.blocks));
    memory.poison();
    embeddings = Device<float>(static_cast<size_t>(most_users) * shape.dim);
    pages = StatePages{memory.data, shape.hidden, shape.blocks};
    usable = is_reference || rows_plan(shape, RowsWork::kAppend, path, &plan) == cudaSuccess;
    if (!is_reference && usable) workspace = Device<char>(plan.workspace_bytes * most_users);
  }

  AppendArgs args(int users, const AppendUser *appended, const int *table) {
    return AppendArgs{model.shape,      plan,  pages, users, appended, table, model.items.data, model.positions.data,
                      model.weights.data(), workspace.data, embeddings.data};
  }

  std::vector<float> run(int users, const AppendUser *appended, const int *table) {
    embeddings.poison();
    CHECKED(reference ? append_reference(args(users, appended, table), nullptr)
                      : append(args(users, appended, table), nullptr));
    CHECKED(cudaDeviceSynchronize());
    return embeddings.get();
  }

  bool usable;
};

struct KeptUser {
  std::vector<int> items;
  std::vector<int64_t> times;  // the request last
  std::vector<int> pages;
  bool kept = false;
};

int pages_of(int length) { return (length + kPageRows - 1) / kPageRows; }

// Users that append, ask again, are evicted and come back, in random order, against a full pass over their events each time.
void check_append(const Model &model, Random &random, int most_length, int steps, bool unkind) {
  const Shape &shape = model.shape;
  constexpr int kUsers = 5;
  const int page_count = kUsers * pages_of(shape.max_events) + 3;
  std::vector<int> unused;
  for (int page = 0; page < page_count; page++) unused.push_back(page);
  std::shuffle(unused.begin(), unused.end(), random);
  std::vector<Pool> pools;
  pools.reserve(3);
  pools.emplace_back(model, page_count, kUsers, true, RowsPath::kPlain);
  pools.emplace_back(model, page_count, kUsers, false, RowsPath::kCluster);
  pools.emplace_back(model, page_count, kUsers, false, RowsPath::kPlain);
  Full full(model, most_length);
  std::vector<KeptUser> users(kUsers);
  double from_reference[3] = {}, from_full[3] = {};
  int appends = 0, refreshes = 0, encodes = 0;
  auto grow = [&](KeptUser &user) {
    while (static_cast<int>(user.pages.size()) < pages_of(static_cast<int>(user.items.size()))) {
      user.pages.push_back(unused.back());
      unused.pop_back();
    }
  };
  auto later = [&](int64_t time) { return unkind ? uniform(random, 0, 2000000000) : time + uniform(random, 0, 100000); };
  auto encode = [&](KeptUser &user) {  // a new user fills its pages
    const int longest = std::max(1, most_length - 1);
    const int length = uniform(random, 0, 2) == 0 ? uniform(random, 1, std::min(3, longest))
                                                  : uniform(random, 1, longest);
    user.items = random_items(random, length, shape.items);
    user.times = random_times(random, length, unkind ? 2 : 0);
    grow(user);
    user.kept = true;
    encodes++;
    full.run(user.items, user.times);
    const std::vector<int> times(user.times.begin(), user.times.end());
    Device<BatchHeader> header(std::vector<BatchHeader>{{1, length, 0, 0}});
    Device<int> offsets(std::vector<int>{0, length}), zero(std::vector<int>{0}), table(user.pages), device_times(times);
    for (Pool &pool : pools) {
      for (int block = 0; block < shape.blocks; block++) {
        KeepArgs args{shape, {header.data, offsets.data, zero.data, device_times.data, nullptr, nullptr}, length + 5,
                      full.rounded[block].data, block, {pool.pages, zero.data, table.data}};
        CHECKED(keep(args, nullptr));
      }
    }
    CHECKED(cudaDeviceSynchronize());
  };
  for (int step = 0; step < steps; step++) {
    std::vector<AppendUser> called;
    std::vector<int> who, table;
    for (int u = 0; u < kUsers; u++) {
      KeptUser &user = users[u];
      if (user.kept && uniform(random, 0, 9) == 0) {  // evicted: someone else takes the pages
        unused.insert(unused.begin(), user.pages.begin(), user.pages.end());
        user = KeptUser{};
      }
      if (!user.kept) encode(user);
      if (uniform(random, 0, 3) == 0) continue;  // silent in this step
      const bool event = static_cast<int>(user.items.size()) < most_length && uniform(random, 0, 3) != 0;
      if (event) {
        user.items.push_back(uniform(random, 1, shape.items));
        user.times.back() = later(user.times[user.times.size() - 2]);
        user.times.push_back(later(user.times.back()));
        grow(user);
        appends++;
      } else {
        user.times.back() = later(user.times[user.times.size() - 2]);
        refreshes++;
      }
      const int length = static_cast<int>(user.items.size());
      AppendUser call{};
      call.length = length;
      call.rows = event && length > 1 ? 2 : 1;
      for (int i = 0; i < 2; i++) {
        if (length - 2 + i < 0) continue;
        call.items[i] = user.items[length - 2 + i];
        call.times[i] = static_cast<int>(user.times[length - 2 + i]);
      }
      call.request_time = static_cast<int>(user.times[length]);
      call.first_page = static_cast<int>(table.size());
      table.insert(table.end(), user.pages.begin(), user.pages.end());
      called.push_back(call);
      who.push_back(u);
    }
    if (called.empty()) continue;
    Device<AppendUser> device_called(called);
    Device<int> device_table(table);
    const int count = static_cast<int>(called.size());
    std::vector<std::vector<float>> results;
    for (Pool &pool : pools) {
      results.push_back(pool.usable ? pool.run(count, device_called.data, device_table.data) : std::vector<float>());
    }
    for (int i = 0; i < count; i++) {
      const std::vector<float> wanted = full.run(users[who[i]].items, users[who[i]].times);
      for (size_t p = 0; p < pools.size(); p++) {
        if (!pools[p].usable) continue;
        const float *row = results[p].data() + static_cast<size_t>(i) * shape.dim;
        const double a = distance(row, results[0].data() + static_cast<size_t>(i) * shape.dim, shape.dim);
        const double b = distance(row, wanted.data(), shape.dim);
        from_reference[p] = a <= from_reference[p] ? from_reference[p] : a;
        from_full[p] = b <= from_full[p] ? from_full[p] : b;
      }
    }
    // Asking again changes nothing, and neither does the company.
    for (size_t p = 1; p < pools.size(); p++) {
      if (!pools[p].usable) continue;
      std::vector<AppendUser> again = called;
      const int i = uniform(random, 0, count - 1);
      again[0] = called[i];
      Device<AppendUser> alone(again);
      const std::vector<float> single = pools[p].run(1, alone.data, device_table.data);
      expect(std::memcmp(single.data(), results[p].data() + static_cast<size_t>(i) * shape.dim, sizeof(float) * shape.dim) == 0,
             "bits of a user alone", 0);
    }
  }
  for (size_t p = 0; p < pools.size(); p++) {
    if (!pools[p].usable) {
      std::printf("  append %s: not for this shape\n", pools[p].title.c_str());
      continue;
    }
    expect(from_reference[p] < kFlipTolerance, "append from its reference", from_reference[p]);
    expect(from_full[p] < kRoundedTolerance, "append from the full pass", from_full[p]);
    expect(from_full[p] <= kRoundedShare * from_full[0] + kOrderTolerance, "append less exact than its reference", from_full[p]);
    std::printf("  append %-9s %d appends %d refreshes %d encodes  from reference %.1e  from full float32 %.1e\n",
                pools[p].title.c_str(), appends, refreshes, encodes, from_reference[p], from_full[p]);
  }
}

// ---------------------------------------------------------------------------------------------------------------- timing

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Median microseconds of a launch on the device, with a sweep of the caches in between when asked.
template <class Launch>
double device_micros(Launch launch, bool cold) {
  static Device<char> sweep(size_t{256} << 20);
  cudaEvent_t begin, end;
  CHECKED(cudaEventCreate(&begin));
  CHECKED(cudaEventCreate(&end));
  cudaStream_t stream;
  CHECKED(cudaStreamCreate(&stream));
  cudaGraph_t graph;
  cudaGraphExec_t replay;
  constexpr int kRepeats = 10;
  CHECKED(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  for (int i = 0; i < (cold ? 1 : kRepeats); i++) launch(stream);
  CHECKED(cudaStreamEndCapture(stream, &graph));
  CHECKED(cudaGraphInstantiate(&replay, graph, 0));
  std::vector<double> times;
  for (int i = 0; i < 25; i++) {
    if (cold) CHECKED(cudaMemsetAsync(sweep.data, i, sweep.count, stream));
    CHECKED(cudaEventRecord(begin, stream));
    CHECKED(cudaGraphLaunch(replay, stream));
    CHECKED(cudaEventRecord(end, stream));
    CHECKED(cudaEventSynchronize(end));
    float millis = 0;
    CHECKED(cudaEventElapsedTime(&millis, begin, end));
    if (i >= 5) times.push_back(1e3 * millis / (cold ? 1 : kRepeats));
  }
  CHECKED(cudaGraphExecDestroy(replay));
  CHECKED(cudaGraphDestroy(graph));
  CHECKED(cudaStreamDestroy(stream));
  return median(times);
}

double host_micros(std::vector<double> &times, const std::chrono::steady_clock::time_point &begin) {
  times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  return times.back();
}

size_t free_bytes() {
  size_t left = 0, all = 0;
  CHECKED(cudaDeviceSynchronize());
  CHECKED(cudaMemGetInfo(&left, &all));
  return left;
}

void time_append(const Shape &shape, int users, Random &random) {
  const Model model(shape, random);
  const int length = shape.max_events, pages = pages_of(length);
  std::vector<AppendUser> called(users);
  std::vector<int> table;
  for (int u = 0; u < users; u++) {
    called[u] = AppendUser{length, 2, {1 + u, 2 + u}, {1000000 + u, 1000100}, 1000200, u * pages};
    for (int p = 0; p < pages; p++) table.push_back(u * pages + p);
  }
  std::shuffle(table.begin(), table.end(), random);
  Device<int> device_table(table);
  Device<AppendUser> device_called(called);
  for (RowsPath path : {RowsPath::kCluster, RowsPath::kPlain}) {
    Pool pool(model, users * pages, users, false, path);
    if (!pool.usable) continue;
    CHECKED(cudaMemset(pool.memory.data, 0x3c, pool.memory.count));  // finite keys, values and times
    const AppendArgs args = pool.args(users, device_called.data, device_table.data);
    auto launch = [&](cudaStream_t stream) { CHECKED(append(args, stream)); };
    const double warm = device_micros(launch, false), cold = path == RowsPath::kCluster ? device_micros(launch, true) : 0;
    AppendUser *in = nullptr;
    float *out = nullptr;
    CHECKED(cudaHostAlloc(&in, sizeof(AppendUser) * users, 0));
    CHECKED(cudaHostAlloc(&out, sizeof(float) * users * shape.dim, 0));
    std::copy(called.begin(), called.end(), in);
    cudaStream_t stream;
    CHECKED(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    std::vector<double> copied, mapped;
    for (int i = 0; i < 300; i++) {
      const auto begin = std::chrono::steady_clock::now();
      CHECKED(cudaMemcpyAsync(device_called.data, in, sizeof(AppendUser) * users, cudaMemcpyHostToDevice, stream));
      CHECKED(append(args, stream));
      CHECKED(cudaMemcpyAsync(out, args.embeddings, sizeof(float) * users * shape.dim, cudaMemcpyDeviceToHost, stream));
      CHECKED(cudaStreamSynchronize(stream));
      host_micros(copied, begin);
    }
    AppendArgs direct = args;
    direct.appended = in;  // read and written over the bus by the kernel itself
    direct.embeddings = out;
    for (int i = 0; i < 300; i++) {
      const auto begin = std::chrono::steady_clock::now();
      CHECKED(append(direct, stream));
      CHECKED(cudaStreamSynchronize(stream));
      host_micros(mapped, begin);
    }
    const size_t before = free_bytes();
    for (int i = 0; i < (path == RowsPath::kCluster && users == 1 ? 10000 : 100); i++) CHECKED(append(args, stream));
    const size_t after = free_bytes();
    expect(before == after, "device memory kept by appends, bytes", static_cast<double>(before) - static_cast<double>(after));
    const double bytes = users * (shape.blocks * (4.0 * length * shape.hidden)) +
                         shape.blocks * 2.0 * shape.hidden * shape.dim_padded * 5;
    std::printf("append %-7s b=%d D=%d h=%d n=%d users %3d: kernel %.1f us warm, %.1f cold; host %.1f us with copies, %.1f "
                "mapped; %.2f MB -> floor %.1f us at 3.0 TB/s\n",
                name(path), shape.blocks, shape.dim, shape.heads, length, users, warm, cold, median(copied),
                median(mapped), bytes / 1e6, bytes / 3.0e6);
    CHECKED(cudaStreamDestroy(stream));
    CHECKED(cudaFreeHost(in));
    CHECKED(cudaFreeHost(out));
  }
}

void time_last_rows(const Shape &shape, int users, Random &random) {
  const Model model(shape, random);
  const int length = shape.max_events;
  std::vector<int> offsets, time_offsets;
  for (int u = 0; u <= users; u++) offsets.push_back(u * length);
  for (int u = 0; u < users; u++) time_offsets.push_back(u * round_up(length + 1, kTimeAlignment));
  Device<BatchHeader> header(std::vector<BatchHeader>{{users, users * length, 0, 1}});
  Device<int> device_offsets(offsets), device_time_offsets(time_offsets), times(users * round_up(length + 1, kTimeAlignment));
  Device<float> x(static_cast<size_t>(users) * length * shape.dim_padded), embeddings(static_cast<size_t>(users) * shape.dim);
  Device<bf16> uvqk(static_cast<size_t>(users) * length * shape.projection());
  CHECKED(cudaMemset(uvqk.data, 0x3c, uvqk.count * sizeof(bf16)));
  CHECKED(cudaMemset(x.data, 0x3c, x.count * sizeof(float)));
  for (RowsPath path : {RowsPath::kCluster, RowsPath::kPlain}) {
    LastRowsArgs args{shape, {}, {header.data, device_offsets.data, device_time_offsets.data, times.data, nullptr, nullptr},
                      users, x.data, uvqk.data, model.weights.back(), nullptr, embeddings.data};
    if (rows_plan(shape, RowsWork::kLastRow, path, &args.plan) != cudaSuccess) continue;
    Device<char> workspace(args.plan.workspace_bytes * users);
    args.workspace = workspace.data;
    auto launch = [&](cudaStream_t stream) { CHECKED(last_rows(args, stream)); };
    const double bytes = users * 4.0 * length * shape.hidden + 2.0 * shape.hidden * shape.dim_padded * 3;
    std::printf("last_rows %-7s D=%d h=%d n=%d users %3d: %.1f us warm, %.1f cold; %.2f MB -> floor %.1f us at 3.0 TB/s\n",
                name(path), shape.dim, shape.heads, length, users, device_micros(launch, false), device_micros(launch, true),
                bytes / 1e6, bytes / 3.0e6);
  }
}

void check_shape(const char *title, const Shape &shape, int most_length, int steps, Random &random) {
  std::printf("%s: D=%d h=%d dqk=%d dv=%d b=%d Nmax=%d N=%d\n", title, shape.dim, shape.heads, shape.query_dim,
              shape.value_dim, shape.blocks, shape.max_events, shape.slots);
  const Model model(shape, random);
  std::vector<int> lengths{1, std::min(2, most_length), std::min(3, most_length), most_length, std::max(1, most_length - 1)};
  for (int i = 0; i < 12; i++) lengths.push_back(uniform(random, 1, most_length));
  if (most_length > 4096) lengths.resize(5);
  check_last_rows(model, random, lengths);
  check_append(model, random, most_length, steps, false);
  check_append(model, random, most_length, steps / 2, true);
}

}  // namespace

int main(int count, char **arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  cudaDeviceProp device;
  CHECKED(cudaGetDeviceProperties(&device, 0));
  std::printf("%s, %d multiprocessors\n", device.name, device.multiProcessorCount);
  Random random(20261122);
  check_shape("one of everything", shape_of(3, 1, 2, 1, 1, 1, 1, 1), 1, 6, random);
  check_shape("tiny", shape_of(7, 9, 12, 3, 2, 5, 2, 2), 9, 30, random);
  check_shape("public large", shape_of(3883, 200, 211, 50, 2, 25, 25, 8), 200, 40, random);
  check_shape("public small", shape_of(3883, 200, 211, 50, 1, 50, 50, 2), 200, 20, random);
  if (count > 1 && std::strcmp(arguments[1], "quick") == 0) return misses == 0 ? 0 : 1;
  check_shape("the figure's", shape_of(1000, 512, 523, 256, 4, 64, 64, 6), 512, 30, random);
  check_shape("odd heads", shape_of(1000, 150, 161, 100, 3, 33, 17, 3), 150, 20, random);
  check_shape("wide heads", shape_of(1000, 130, 131, 192, 5, 100, 128, 2), 130, 20, random);
  check_shape("wide", shape_of(1000, 300, 311, 1024, 16, 64, 64, 2), 300, 10, random);
  check_shape("wider than a cluster", shape_of(100, 70, 81, 256, 40, 128, 128, 2), 70, 8, random);
  check_shape("long", shape_of(1000, 16384, 16395, 32, 1, 32, 32, 2), 16384, 4, random);
  std::printf(misses == 0 ? "all equal\n" : "%d misses\n", misses);
  if (misses == 0 && count > 1 && std::strcmp(arguments[1], "time") == 0) {
    const Shape figure = shape_of(100000, 512, 523, 256, 4, 64, 64, 6);
    const Shape larger = shape_of(100000, 2048, 2059, 512, 8, 64, 64, 8);
    const double full = encode_products(figure, 512), appended = append_products(figure, 512);
    std::printf("products of an append %.3g, of an encode %.4g: %.0f times fewer\n", appended, full, full / appended);
    for (int users : {1, 8, 64}) time_append(figure, users, random);
    for (int users : {1, 8}) time_append(larger, users, random);
    for (int users : {1, 64}) time_last_rows(figure, users, random);
    for (int users : {1, 8}) time_last_rows(larger, users, random);
  }
  return misses == 0 ? 0 : 1;
}
