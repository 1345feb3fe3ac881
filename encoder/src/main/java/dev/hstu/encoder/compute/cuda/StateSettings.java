package dev.hstu.encoder.compute.cuda;

/// How much of a GPU one encoder takes for kept states, from system properties.
///
/// A user takes `ceil(L / 64)` pages of `64 · b · 4 · h · max(dqk, dv)` bytes and a little, some
/// 3.2 MB for 512 events of `b = 6`, `h = 4`, widths of 64.
///
/// | property | default | bounds | |
/// |---|---|---|---|
/// | `hstu.cuda.state-megabytes` | 0 | 0..1,048,576 | memory for states; 0 keeps none |
/// | `hstu.cuda.state-users` | 64 | 1..1,024 | users of a batch with states; larger: without |
///
/// @param megabytes 0 by default, since with states a user's bits depend on what was asked before
/// @param users bounds how much of the states one batch can push out
record StateSettings(int megabytes, int users) {

  static final int MAX_MEGABYTES = 1 << 20;
  static final int MAX_USERS = 1_024;

  StateSettings {
    if (megabytes < 0 || megabytes > MAX_MEGABYTES) {
      throw new IllegalArgumentException(
          "hstu.cuda.state-megabytes=%d must be within 0..%d".formatted(megabytes, MAX_MEGABYTES));
    }
    if (users < 1 || users > MAX_USERS) {
      throw new IllegalArgumentException(
          "hstu.cuda.state-users=%d must be within 1..%d".formatted(users, MAX_USERS));
    }
  }

  /// What the system properties say.
  ///
  /// @throws IllegalArgumentException naming a property out of bounds
  static StateSettings ofProperties() {
    return new StateSettings(
        Integer.getInteger("hstu.cuda.state-megabytes", 0),
        Integer.getInteger("hstu.cuda.state-users", 64));
  }

  boolean enabled() {
    return megabytes > 0;
  }

  long bytes() {
    return (long) megabytes << 20;
  }
}
