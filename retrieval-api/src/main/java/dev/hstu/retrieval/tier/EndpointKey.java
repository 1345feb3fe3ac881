package dev.hstu.retrieval.tier;

import dev.hstu.retrieval.config.EndpointSettings;
import dev.hstu.retrieval.config.InvalidSettingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The key a service shows to its encoders: the first line of a file that is read again now and
/// then, so that a key is rotated without a restart. A file that can't be read leaves the key as it
/// was.
final class EndpointKey {

  private static final Logger LOG = LoggerFactory.getLogger(EndpointKey.class);

  /// What an HTTP header may hold; no text of the file stands in any message.
  private static final Pattern KEY = Pattern.compile("[!-~]{1,256}");

  private final Path file;
  private volatile String authorization;
  private String lastProblem = "";

  /// @throws InvalidSettingException when the file holds no key
  EndpointKey(Path file) {
    this.file = file;
    this.authorization = read();
  }

  /// The key of the configured file; null where none is configured.
  ///
  /// @throws InvalidSettingException when the file holds no key
  static @Nullable EndpointKey of(EndpointSettings settings) {
    return settings.keyFile().map(EndpointKey::new).orElse(null);
  }

  /// The value of the `Authorization` header.
  String authorization() {
    return authorization;
  }

  /// Takes up what the file holds now. For one thread.
  void readAgain() {
    try {
      String read = read();
      if (!read.equals(authorization)) {
        authorization = read;
        LOG.info("the key for encoders was replaced");
      }
      lastProblem = "";
    } catch (InvalidSettingException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(lastProblem)) {
        LOG.error("the key for encoders stays as it was: {}", problem);
      }
      lastProblem = problem;
    }
  }

  private String read() {
    String key;
    try {
      key = Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new InvalidSettingException(
          "encoder.endpoint-key-file=%s cannot be read (%s); correct it"
              .formatted(file, e.getMessage()),
          e);
    }
    if (!KEY.matcher(key).matches()) {
      throw new InvalidSettingException(
          "encoder.endpoint-key-file=%s has no key in its first line; write there what hstu keys add"
                  .formatted(file)
              + " has shown");
    }
    return "Bearer " + key;
  }
}
