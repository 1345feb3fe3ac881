package dev.hstu.kernels.log;

/// How the files of one kind of log are told from others.
///
/// @param name in messages, with its article: `an update log`
/// @param magic first eight bytes of a segment, as a little-endian int64
/// @param version of what its owner writes; a newer one is refused
/// @param batchMagic first four bytes of a batch, as a little-endian int32
/// @param headBytes what each batch has before its records, its owner's
/// @param maxBatchBytes of records: bounds what a reader allocates for a length it cannot trust yet
public record LogFormat(
    String name, long magic, int version, int batchMagic, int headBytes, int maxBatchBytes) {

  public LogFormat {
    if (headBytes < 0 || maxBatchBytes < 1) {
      throw new IllegalArgumentException(
          "headBytes=%d must be at least 0 and maxBatchBytes=%d at least 1"
              .formatted(headBytes, maxBatchBytes));
    }
  }
}
