package dev.hstu.retrieval.config;

/// Writes `CONFIGURATION.md` and `NIGHTLY.md`; a test holds the files equal to this.
public final class ConfigurationReference {

  private static final String HEAD =
      """
      # Configuration of the service

      Every key, its default, what is allowed and why it exists. Written from the settings themselves
      by `ConfigurationReference`; a test holds it equal.

      A value is taken from the first of: an option of `hstu serve`, the environment variable of the
      table, the file given with `--config`, the default. In the file, nesting and dotted names mean
      the same:

      ```yaml
      serving:
        port: 9090
      retrieval.default-k: 200
      ```

      A value out of range and a key that is not in this table stop the start with a sentence that
      names source, key, value and mend.

      | key | environment | default | must be | why |
      |---|---|---|---|---|
      """;

  private static final String NIGHTLY_HEAD =
      """
      # Configuration of the nightly run

      Every key of the file that `hstu nightly --config nightly.yaml` reads, its default, what is allowed
      and why it exists. Written from the settings themselves by `ConfigurationReference`; a test holds it
      equal. Nesting and dotted names mean the same; paths are relative to the folder the command runs in.

      A value out of range and a key that is not in this table stop the run before it begins, with a
      sentence that names file, key, value and mend.

      | key | default | must be | why |
      |---|---|---|---|
      """;

  private ConfigurationReference() {}

  /// The page of the nightly run.
  public static String nightlyMarkdown() {
    StringBuilder page = new StringBuilder(NIGHTLY_HEAD);
    for (Setting<?> setting : NightlyConfiguration.settings()) {
      page.append(
          "| `%s` | `%s` | %s | %s |\n"
              .formatted(
                  setting.key(), setting.defaultText(), setting.allowed(), setting.reason()));
    }
    return page.toString();
  }

  /// The page of the service.
  public static String markdown() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Setting<?> setting : ServiceConfiguration.settings()) {
      page.append(
          "| `%s` | `%s` | `%s` | %s | %s |\n"
              .formatted(
                  setting.key(),
                  setting.environmentName(),
                  setting.defaultText(),
                  setting.allowed(),
                  setting.reason()));
    }
    return page.toString();
  }
}
