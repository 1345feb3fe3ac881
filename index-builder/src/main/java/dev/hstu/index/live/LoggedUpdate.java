package dev.hstu.index.live;

/// A change as it stands in the log.
///
/// @param sequence its place: at least 1, growing by one an update
/// @param modelFingerprint of the model that made its vector, 64 lower-case hexadecimal digits
public record LoggedUpdate(long sequence, String modelFingerprint, ItemUpdate update) {}
