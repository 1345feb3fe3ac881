package dev.hstu.index.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory is read as people write it, and a budget that is too small is refused part by part.
final class MemoryNeedTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "1k, 1024",
    "3500m, 3670016000",
    "5g, 5368709120",
    "5G, 5368709120",
    "2t, 2199023255552"
  })
  void readsAmounts(String text, long bytes) {
    assertThat(MemorySize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "g", "-1g", "1.5g", "5gb", "5 g", "99999999999g"})
  void refusesOtherText(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it as 5g");
  }

  @Test
  void namesEveryPartOfWhatIsMissing() {
    MemoryNeed need = MemoryNeed.NONE.and("ids", 3 << 20).and("nothing", 0).and("heap", 1);

    assertThatCode(() -> need.requireWithin((3 << 20) + 1, "work")).doesNotThrowAnyException();
    assertThatThrownBy(() -> need.requireWithin(3 << 20, "this work"))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessage(
            "3 MiB of memory is below the 4 MiB that this work needs: 3 MiB ids, 1 MiB heap;"
                + " allow more with --ram");
  }
}
