package dev.hstu.retrieval.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Holds `CONFIGURATION.md` equal to the settings; `-Dhstu.rewrite=true` writes it anew.
class ConfigurationReferenceTest {

  private static final Path PAGE =
      Path.of(System.getProperty("hstu.root"), "retrieval-api", "CONFIGURATION.md");

  private static final Path NIGHTLY =
      Path.of(System.getProperty("hstu.root"), "retrieval-api", "NIGHTLY.md");

  @Test
  void theReferenceListsEveryKeyAsTheCodeHasIt() throws IOException {
    if (Boolean.getBoolean("hstu.rewrite")) {
      Files.writeString(PAGE, ConfigurationReference.markdown());
    }
    assertThat(PAGE).content().isEqualTo(ConfigurationReference.markdown());
  }

  @Test
  void theNightlyReferenceListsEveryKeyAsTheCodeHasIt() throws IOException {
    if (Boolean.getBoolean("hstu.rewrite")) {
      Files.writeString(NIGHTLY, ConfigurationReference.nightlyMarkdown());
    }
    assertThat(NIGHTLY).content().isEqualTo(ConfigurationReference.nightlyMarkdown());
    assertThat(NightlyConfiguration.settings()).extracting(Setting::key).doesNotHaveDuplicates();
  }

  @Test
  void keysAndEnvironmentNamesAreDistinct() {
    assertThat(ServiceConfiguration.settings()).extracting(Setting::key).doesNotHaveDuplicates();
    assertThat(ServiceConfiguration.settings())
        .extracting(Setting::environmentName)
        .doesNotHaveDuplicates();
  }
}
