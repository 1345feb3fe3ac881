package dev.hstu.encoder.compute.cuda;

/// Keys and values on a GPU, in pages. The seam between [StatefulEncoding] and the native library;
/// for one thread at a time.
interface StateStore extends AutoCloseable {

  /// Pages there are.
  int pages();

  /// Users of one [#append].
  int maxUsers();

  /// Lays down user `index` of the next call: the state has its new event already.
  ///
  /// @param appended whether its last event is new since the last call; else only the request time
  ///     moved
  /// @param requestTime seconds
  void put(int index, KeptState state, boolean appended, long requestTime);

  /// Computes the embeddings of the first `users` laid down.
  void append(int users);

  /// Copies the embedding of user `index` of the last call.
  void copyEmbedding(int index, float[] target, int offset);

  @Override
  void close();
}
