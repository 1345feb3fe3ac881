package dev.hstu.index.memory;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bytes as people write them: `5g`, `3500m`, `800000k`, powers of 1,024, as the Java machine takes
/// them too.
public final class MemorySize {

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([kmgt]?)");
  private static final String UNITS = "kmgt";

  private MemorySize() {}

  /// Bytes.
  ///
  /// @throws IllegalArgumentException for anything but digits and one of k, m, g, t
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'%.40s' is no amount of memory; write it as 5g, 3500m or 800000k".formatted(text));
    }
    int power = form.group(2).isEmpty() ? 0 : UNITS.indexOf(form.group(2)) + 1;
    return Long.parseLong(form.group(1)) << 10 * power;
  }

  /// In MiB, rounded up, the unit budgets are compared in.
  public static String text(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", Math.ceilDiv(bytes, 1L << 20));
  }
}
