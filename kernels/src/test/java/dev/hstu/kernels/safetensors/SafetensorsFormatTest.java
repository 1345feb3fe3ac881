package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds reader and writer to the public format byte for byte, by files built by hand from its
/// specification.
class SafetensorsFormatTest {
  private static final String PUBLIC_HEADER =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"b\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
          + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[16,24]},"
          + "\"c\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[24,27]}}";

  @TempDir Path directory;

  /// What `safetensors.numpy.save_file({"a": …, "b": …, "c": …}, path, {"format": "pt"})` writes:
  /// wide types first, no spaces in the JSON, the header padded with spaces to a multiple of 8.
  private static byte[] publicBytes() {
    byte[] json = PUBLIC_HEADER.getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer file = ByteBuffer.allocate(8 + padded + 27).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded).put(json);
    while (file.position() < 8 + padded) {
      file.put((byte) ' ');
    }
    file.putLong(-1).putLong(1L << 40).putFloat(1.5f).putFloat(-0f).put(new byte[] {1, 2, -1});
    return file.array();
  }

  @Test
  void writesTheBytesOfThePublicImplementation() throws IOException {
    Path target = directory.resolve("public.safetensors");
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("b", DType.I64, 2),
            new TensorSpec("a", DType.F32, 1, 2),
            new TensorSpec("c", DType.U8, 3));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(target, Map.of("format", "pt"), specs)) {
      writer.write("b", new long[] {-1, 1L << 40});
      writer.write("a", new float[] {1.5f, -0f});
      writer.write("c", new int[] {1, 2, 255});
      writer.commit();
    }
    assertThat(Files.readAllBytes(target)).isEqualTo(publicBytes());
  }

  @Test
  void readsTheBytesOfThePublicImplementation() throws IOException {
    Path path = Files.write(directory.resolve("public.safetensors"), publicBytes());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.path()).isEqualTo(path);
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(file.names()).containsExactly("a", "b", "c");
      assertThat(file.tensor("a", DType.F32, SafetensorsFile.ANY_SIZE, 2).toFloats())
          .containsExactly(1.5f, -0f);
      assertThat(file.tensor("b").toLongs()).containsExactly(-1, 1L << 40);
      assertThat(file.tensor("c").toInts()).containsExactly(1, 2, 255);
      assertThat(file.tensor("c").toBytes()).containsExactly(1, 2, -1);
    }
  }

  @Test
  void namesWhatIsMissingAndWhatIsNear() throws IOException {
    Path path = Files.write(directory.resolve("public.safetensors"), publicBytes());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> file.tensor("aa"))
          .isInstanceOf(MalformedSafetensorsException.class)
          .hasMessageContaining("no tensor 'aa' among 3; nearest: a, ");
      assertThatThrownBy(() -> file.tensor("a", DType.F32, 2, 2))
          .isInstanceOf(MalformedSafetensorsException.class)
          .hasMessageEndingWith("tensor 'a' is F32[1, 2], expected F32[2, 2]");
      assertThatThrownBy(() -> file.tensor("b", DType.I32, SafetensorsFile.ANY_SIZE))
          .hasMessageEndingWith("tensor 'b' is I64[2], expected I32[any]");
      assertThatThrownBy(() -> file.tensor("b").toInts())
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("1099511627776");
      assertThatThrownBy(() -> file.tensor("b").toFloats())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("toLongs()");
    }
  }
}
