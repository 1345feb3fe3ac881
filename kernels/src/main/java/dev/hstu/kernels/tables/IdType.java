package dev.hstu.kernels.tables;

/// How a catalogue declares its external ids. Integers are 64 bits wide everywhere; nothing narrows
/// them.
public enum IdType {
  INT64,
  UTF8
}
