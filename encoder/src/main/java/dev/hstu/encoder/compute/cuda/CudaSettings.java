package dev.hstu.encoder.compute.cuda;

/// How much of a GPU one encoder takes, from system properties.
///
/// A lane takes about `tokens · (8·D + 10·h·max(dqk, dv))` bytes of device memory, some 0.3 GB for
/// `D = 256` and the default.
///
/// | property | default | bounds | |
/// |---|---|---|---|
/// | `hstu.cuda.lanes` | 2 | 1..16 | batches in flight at a time |
/// | `hstu.cuda.batch-tokens` | 65,536 | 1..4,194,304 | events of a batch; larger ones are split |
/// | `hstu.cuda.batch-users` | 4,096 | 1..262,144 | users of a batch |
///
/// @param lanes two keep the GPU busy while the host copies; more only take memory
/// @param batchTokens enough to fill the GPU; raised to `Nmax` where that is more
/// @param batchUsers bounds the memory of results
public record CudaSettings(int lanes, int batchTokens, int batchUsers) {

  static final int MAX_LANES = 16;
  static final int MAX_TOKENS = 1 << 22;
  static final int MAX_USERS = 1 << 18;

  public CudaSettings {
    requireWithin("hstu.cuda.lanes", lanes, MAX_LANES);
    requireWithin("hstu.cuda.batch-tokens", batchTokens, MAX_TOKENS);
    requireWithin("hstu.cuda.batch-users", batchUsers, MAX_USERS);
  }

  /// What the system properties say.
  ///
  /// @throws IllegalArgumentException naming a property out of bounds
  public static CudaSettings ofProperties() {
    return new CudaSettings(
        Integer.getInteger("hstu.cuda.lanes", 2),
        Integer.getInteger("hstu.cuda.batch-tokens", 65_536),
        Integer.getInteger("hstu.cuda.batch-users", 4_096));
  }

  private static void requireWithin(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s=%d must be within 1..%d".formatted(name, value, most));
    }
  }
}
