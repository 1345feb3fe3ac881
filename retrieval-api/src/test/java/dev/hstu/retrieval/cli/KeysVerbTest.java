package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu keys`: a key is shown by the command that makes it and never again.
class KeysVerbTest {

  @TempDir Path folder;

  @Test
  void aKeyIsShownOnceAndListedByNameOnly() throws Exception {
    String file = folder.resolve("keys.json").toString();

    CommandLineRun added =
        CommandLineRun.of("keys", "add", "ranker", "--role", "read", "--file", file);
    String key = added.out().strip();
    assertThat(added.exitCode()).isZero();
    assertThat(key).matches("hstu_ranker_[A-Za-z0-9_-]{43}");
    assertThat(added.err()).contains("not shown again").doesNotContain(key);

    CommandLineRun listed = CommandLineRun.of("keys", "list", "--file", file, "--json");
    assertThat(listed.json().path(0).path("id").asText()).isEqualTo("ranker");
    assertThat(listed.json().path(0).path("role").asText()).isEqualTo("read");
    assertThat(listed.out()).doesNotContain(key.substring("hstu_ranker_".length()));
    assertThat(CommandLineRun.of("keys", "list", "--file", file).out()).contains("ranker");

    assertThat(CommandLineRun.of("keys", "remove", "ranker", "--file", file).exitCode()).isZero();
    assertThat(CommandLineRun.of("keys", "list", "--file", file, "--json").json()).isEmpty();
  }

  @Test
  void wrongInputEndsWithItsMend() {
    String file = folder.resolve("none.json").toString();
    CommandLineRun missing = CommandLineRun.of("keys", "list", "--file", file);
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains(file, "hstu keys add");
    CommandLineRun unknown = CommandLineRun.of("keys", "remove", "x", "--file", file);
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("keys", "add", "X Y", "--role", "read", "--file", file).err())
        .contains("key id 'X Y'");
  }
}
