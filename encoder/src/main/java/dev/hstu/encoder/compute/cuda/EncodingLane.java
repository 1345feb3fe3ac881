package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One stream of encodes on a GPU, for one thread at a time. The seam between this package and the
/// native library.
interface EncodingLane extends AutoCloseable {

  /// Events it has room for, at least the model's `Nmax`.
  int maxTokens();

  /// Users it has room for.
  int maxUsers();

  /// Encodes users of a batch, which fit; their embeddings go to `target[from · D]` on.
  ///
  /// @throws RuntimeException when the GPU fails; the lane may be used again
  void encode(HistoryBatch batch, UserRange users, float[] target);

  /// Encodes like [#encode] and keeps states on the way.
  ///
  /// @param store where the states' pages lie, of the same model
  /// @param states one a user, null where none is kept
  void encodeKeeping(
      HistoryBatch batch,
      UserRange users,
      StateStore store,
      List<@Nullable KeptState> states,
      float[] target);

  /// Computes all rows of users of a batch, which fit.
  StreamRows trace(HistoryBatch batch, UserRange users);

  /// All rows of some users, end to end.
  ///
  /// @param streams per block the residual stream after it, float32 `(rows, D)`
  /// @param normalised the last of them with every row at unit length
  record StreamRows(float[][] streams, float[] normalised) {}

  @Override
  void close();
}
