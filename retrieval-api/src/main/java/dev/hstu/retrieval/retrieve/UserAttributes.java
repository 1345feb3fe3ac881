package dev.hstu.retrieval.retrieve;

/// What a query says of its user beside the events: values of slow series. The arrays are shared,
/// not copied.
///
/// @param names of series; those that the model doesn't read have no effect
/// @param values one a name, likewise
/// @param since when each holds, seconds of the model's clock, or
///     [dev.hstu.encoder.sequence.SeriesEntries#ALWAYS]; what is later than the request time has no
///     effect
public record UserAttributes(String[] names, String[] values, long[] since) {

  /// Nothing is said.
  public static final UserAttributes NONE =
      new UserAttributes(new String[0], new String[0], new long[0]);

  public UserAttributes {
    if (values.length != names.length || since.length != names.length) {
      throw new IllegalArgumentException(
          "names, values and since must be as many; they are %d, %d and %d"
              .formatted(names.length, values.length, since.length));
    }
  }
}
