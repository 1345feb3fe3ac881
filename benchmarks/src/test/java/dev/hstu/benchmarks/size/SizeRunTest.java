package dev.hstu.benchmarks.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.memory.MemorySize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A build and its searches stay within their memory: heap, native memory and page cache together,
/// where this process may make cgroups, and the plan's own bound anywhere.
final class SizeRunTest {

  private static final int ITEMS = 20_000;

  @TempDir Path folder;

  @Test
  void buildsAndSearchesWithinTheirBounds() throws IOException {
    SizeData.write(folder, ITEMS, 32, 60, done -> {});
    SizeReport.Size size =
        new SizeRun(folder, mayBound())
            .measure("400m", 2, List.of("350m", "300m"), ITEMS, 60, 100, 20);

    assertThat(size.build().told().items()).isEqualTo(ITEMS);
    assertThat(size.build().peakBytes()).isLessThanOrEqualTo(MemorySize.parse("400m"));
    assertThat(size.searches()).hasSize(2);
    assertThat(size.searches().getFirst().told().recall()).isGreaterThan(.95);
    assertThat(size.searches().getLast().peakBytes()).isLessThanOrEqualTo(MemorySize.parse("300m"));
  }

  @Test
  void refusesABudgetThatNoBuildFits() throws IOException {
    SizeData.write(folder, ITEMS, 32, 60, done -> {});

    assertThatThrownBy(
            () -> new SizeRun(folder, false).measure("120m", 1, List.of(), ITEMS, 60, 100, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ended with status 1");
  }

  private static boolean mayBound() {
    try (MemoryCgroup group = MemoryCgroup.create("hstu-size-test-probe", 1 << 30)) {
      return group.peakBytes() >= -1;
    } catch (IOException e) {
      return false;
    }
  }
}
