package dev.hstu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Documentation comments are whole. The formatter breaks a `///` line of over 100 columns into a
/// `//` line below it, which ends the documentation in the middle of a sentence.
final class DocumentationTest {

  private static final Path ROOT = Path.of(System.getProperty("hstu.root"));

  @Test
  void noDocumentationLineIsBrokenOff() throws IOException {
    List<String> broken = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(DocumentationTest::isSource).toList()) {
        List<String> lines = Files.readAllLines(file);
        for (int i = 1; i < lines.size(); i++) {
          if (lines.get(i - 1).strip().startsWith("///")
              && lines.get(i).strip().startsWith("// ")) {
            broken.add("%s:%d".formatted(ROOT.relativize(file), i + 1));
          }
        }
      }
    }
    assertThat(broken).as("join these to the `///` line above and keep to 100 columns").isEmpty();
  }

  private static boolean isSource(Path file) {
    String path = ROOT.relativize(file).toString();
    return path.endsWith(".java") && path.contains("src/") && !path.contains("target/");
  }
}
