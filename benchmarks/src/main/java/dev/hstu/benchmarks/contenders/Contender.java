package dev.hstu.benchmarks.contenders;

import java.io.Closeable;

/// One index and one way to ask it. It knows the queries by number, so that those of another
/// process can be asked alike. For one thread.
public interface Contender extends Closeable {

  /// For the report.
  String name();

  /// The index asked: contenders that differ in batch only share it, and with it the recall at
  /// every effort.
  String index();

  /// Queries a call; the last call of a slice may have fewer.
  int batch();

  /// How hard it can be made to look for the best k.
  Efforts efforts(int k);

  /// What its index cost.
  IndexCost cost();

  /// Answers `count` queries from number `first`, call after call, on one thread.
  Answers answer(int first, int count, int k, int effort);
}
