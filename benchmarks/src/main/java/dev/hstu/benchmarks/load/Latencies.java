package dev.hstu.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Every latency that one connection saw, with its moment and kind: kept raw, so that what they
/// amount to is reckoned after the load and not beside it. For one thread.
final class Latencies {

  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final int DIGITS = 3;

  private final List<String> kinds = new ArrayList<>();
  private int[] dueMillis = new int[1 << 12];
  private int[] micros = new int[1 << 12];
  private byte[] kind = new byte[1 << 12];
  private int count;

  /// Adds one.
  ///
  /// @param due since the measured time began
  /// @param latency from then to the answer's last byte
  /// @param kindOfAnswer few different ones
  void add(long due, long latency, String kindOfAnswer) {
    if (count == micros.length) {
      dueMillis = Arrays.copyOf(dueMillis, 2 * count);
      micros = Arrays.copyOf(micros, 2 * count);
      kind = Arrays.copyOf(kind, 2 * count);
    }
    dueMillis[count] = (int) TimeUnit.NANOSECONDS.toMillis(due);
    micros[count] = (int) Math.clamp(TimeUnit.NANOSECONDS.toMicros(latency), 1, HIGHEST_MICROS);
    kind[count] = (byte) number(kindOfAnswer);
    count++;
  }

  private int number(String name) {
    int number = kinds.indexOf(name);
    if (number < 0) {
      number = kinds.size();
      kinds.add(name);
    }
    return number;
  }

  /// Quantiles of all in microseconds, by name; `count` among them.
  static Map<String, Long> quantiles(List<Latencies> all) {
    Histogram histogram = new Histogram(HIGHEST_MICROS, DIGITS);
    for (Latencies some : all) {
      for (int i = 0; i < some.count; i++) {
        histogram.recordValue(some.micros[i]);
      }
    }
    return quantiles(histogram);
  }

  /// The same for each kind.
  static Map<String, Map<String, Long>> quantilesByKind(List<Latencies> all) {
    Map<String, Histogram> histograms = new TreeMap<>();
    for (Latencies some : all) {
      for (int i = 0; i < some.count; i++) {
        histograms
            .computeIfAbsent(
                some.kinds.get(some.kind[i]), _ -> new Histogram(HIGHEST_MICROS, DIGITS))
            .recordValue(some.micros[i]);
      }
    }
    Map<String, Map<String, Long>> quantiles = new TreeMap<>();
    histograms.forEach((name, histogram) -> quantiles.put(name, quantiles(histogram)));
    return quantiles;
  }

  /// The same for each second of the measured time, by when a request was due.
  static List<Map<String, Long>> quantilesBySecond(List<Latencies> all) {
    List<Histogram> histograms = new ArrayList<>();
    for (Latencies some : all) {
      for (int i = 0; i < some.count; i++) {
        int second = some.dueMillis[i] / 1_000;
        while (histograms.size() <= second) {
          histograms.add(new Histogram(HIGHEST_MICROS, 2));
        }
        histograms.get(second).recordValue(some.micros[i]);
      }
    }
    return histograms.stream().map(Latencies::quantiles).toList();
  }

  private static Map<String, Long> quantiles(Histogram histogram) {
    Map<String, Long> quantiles = new TreeMap<>();
    quantiles.put("count", histogram.getTotalCount());
    quantiles.put("p50", histogram.getValueAtPercentile(50));
    quantiles.put("p90", histogram.getValueAtPercentile(90));
    quantiles.put("p99", histogram.getValueAtPercentile(99));
    quantiles.put("p999", histogram.getValueAtPercentile(99.9));
    quantiles.put("max", histogram.getMaxValue());
    return quantiles;
  }
}
