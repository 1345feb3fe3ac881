package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Proves which spellings of a time are read, and as which second.
class TimeReaderTest {

  @ParameterizedTest
  @CsvSource({
    "0, SECONDS, 0",
    "978300760, SECONDS, 978300760",
    "978300760.9, SECONDS, 978300760",
    "9.7830076E8, SECONDS, 978300760",
    "9.7830076e+08, SECONDS, 978300760",
    "100000000000, SECONDS, 100000000000",
    "007, SECONDS, 7",
    "1700000000123, MILLISECONDS, 1700000000",
    "1700000000999.5, MILLISECONDS, 1700000000",
    "2024-05-01, SECONDS, 1714521600",
    "2024-05-01T12:30:00Z, SECONDS, 1714566600",
    "2024-05-01T12:30, SECONDS, 1714566600",
    "2024-05-01 12:30:00.750, SECONDS, 1714566600",
    "2024-05-01T12:30:00+02:00, SECONDS, 1714559400",
    "2024-05-01T12:30:00Z, MILLISECONDS, 1714566600"
  })
  void reads(String text, TimeScale scale, long seconds) {
    TimeReader reader = new TimeReader(scale);
    Cell cell = new Cell();
    cell.setText(text);

    assertThat(reader.read(cell)).isNull();
    assertThat(reader.seconds()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    "'', TIME",
    "-1, TIME",
    "yesterday, TIME",
    "2024-13-01, TIME",
    "01/05/2024, TIME",
    "1e, TIME",
    "NaN, TIME",
    "Infinity, TIME",
    "0x10, TIME",
    "100000000001, MILLISECONDS",
    "1e30, MILLISECONDS",
    "99999999999999999999, MILLISECONDS",
    "1700000000000, MILLISECONDS"
  })
  void refuses(String text, RowDefect defect) {
    Cell cell = new Cell();
    cell.setText(text);

    assertThat(new TimeReader(TimeScale.SECONDS).read(cell)).isEqualTo(defect);
  }
}
