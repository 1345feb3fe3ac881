package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A writer keeps its caller to what was declared, and the target as it was until the commit.
class SafetensorsWriterTest {
  private static final List<TensorSpec> SPECS =
      List.of(
          new TensorSpec("a", DType.F32, 2, 2),
          new TensorSpec("empty", DType.I64, 0),
          new TensorSpec("b", DType.U8, 2));

  @TempDir Path directory;

  private Path target() {
    return directory.resolve("model.safetensors");
  }

  private SafetensorsWriter writer() throws IOException {
    return SafetensorsWriter.create(target(), Map.of(), SPECS);
  }

  private void assertOnlyTheOldFile() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(target());
    }
    assertThat(target()).hasContent("old");
  }

  @Test
  void closingWithoutCommitLeavesTheTargetAndNoTemporary() throws IOException {
    Files.writeString(target(), "old");
    try (SafetensorsWriter writer = writer()) {
      writer.write("a", new float[4]);
    }
    assertOnlyTheOldFile();
  }

  @Test
  void missingValuesAreNamedAtCommit() throws IOException {
    Files.writeString(target(), "old");
    try (SafetensorsWriter writer = writer()) {
      writer.append(new float[3], 0, 3);
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("tensor a F32[2, 2] has 3 of 4 elements");
    }
    assertOnlyTheOldFile();
  }

  @Test
  void aRefusedValueCannotBeCommittedOver() throws IOException {
    Files.writeString(target(), "old");
    try (SafetensorsWriter writer = writer()) {
      writer.write("a", new float[4]);
      assertThatThrownBy(() -> writer.write("b", new int[] {1, 256}))
          .hasMessageContaining("value 256 doesn't fit tensor b U8[2], whose range is 0..255");
      assertThatThrownBy(writer::commit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("an earlier write failed");
    }
    assertOnlyTheOldFile();
  }

  @Test
  void orderCountKindAndNamesAreChecked() throws IOException {
    try (SafetensorsWriter writer = writer()) {
      assertThatThrownBy(() -> writer.write("b", new int[2]))
          .hasMessageContaining("tensor 'b' can't begin now, a F32[2, 2] has 0 of its elements");
      assertThatThrownBy(() -> writer.write("c", new int[2]))
          .hasMessageContaining("tensor 'c' is not declared");
      assertThatThrownBy(() -> writer.write("a", new float[5]))
          .hasMessageContaining("5 elements given for tensor a F32[2, 2], which has 4");
      assertThatThrownBy(() -> writer.append(new float[5], 0, 5))
          .hasMessageContaining("5 elements exceed the 4 that tensor a F32[2, 2] still lacks");
      assertThatThrownBy(() -> writer.append(new float[5], 3, 3))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> writer.append(new byte[5], 0, 5))
          .hasMessageContaining("5 bytes are not whole elements of tensor a F32[2, 2]");
      writer.append(new float[4], 0, 4);
      assertThatThrownBy(() -> writer.write("a", new float[4]))
          .hasMessageContaining("tensor 'a' can't begin now");
      assertThatThrownBy(() -> writer.append(new double[1], 0, 1))
          .hasMessageContaining("floating values given for tensor b U8[2]");
    }
  }

  @Test
  void nothingMayFollowTheLastTensor() throws IOException {
    try (SafetensorsWriter writer = writer()) {
      writer.write("a", new double[4]);
      writer.write("empty", new long[0]);
      writer.write("b", new byte[2]);
      assertThatThrownBy(() -> writer.append(new byte[1], 0, 1))
          .hasMessageContaining("every declared tensor is full");
      writer.commit();
    }
    try (SafetensorsFile file = SafetensorsFile.open(target())) {
      assertThat(file.names()).containsExactly("a", "b", "empty");
    }
  }

  @Test
  void whatNoReaderWouldAcceptIsNotBegun() throws IOException {
    TensorSpec spec = SPECS.getFirst();
    assertThatThrownBy(() -> SafetensorsWriter.create(target(), Map.of(), List.of(spec, spec)))
        .hasMessageContaining("tensor 'a' is declared twice");
    assertThatThrownBy(() -> new TensorSpec("__metadata__", DType.U8))
        .hasMessageContaining("the header's own key");
    assertThatThrownBy(() -> new TensorSpec("x", DType.F64, 1L << 31, 1L << 31))
        .hasMessageContaining("exceeds 2^63 bytes");
    assertThatThrownBy(() -> new TensorSpec("x", DType.F64, -1))
        .hasMessageContaining("dimension -1 must be at least 0");
    TensorSpec deep = new TensorSpec("x", DType.U8, new long[SafetensorsFile.MAX_RANK + 1]);
    assertThatThrownBy(() -> SafetensorsWriter.create(target(), Map.of(), List.of(deep)))
        .hasMessageContaining("more than 16 dimensions");
    TensorSpec longName =
        new TensorSpec("x".repeat(SafetensorsFile.MAX_NAME_CHARS + 1), DType.U8, 0);
    assertThatThrownBy(() -> SafetensorsWriter.create(target(), Map.of(), List.of(longName)))
        .hasMessageContaining("longer than 4096 chars");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
