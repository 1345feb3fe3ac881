package dev.hstu.retrieval.access;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A key as a client holds it, `hstu_ID_SECRET`: the id says which hash to compare with, the
/// prefix lets scanners of repositories find a leaked one. Its text is nowhere but in [#text].
public final class PresentedKey {

  private static final int SECRET_BYTES = 32;

  private static final Pattern TEXT =
      Pattern.compile("hstu_([a-z0-9][a-z0-9-]{0,31})_([A-Za-z0-9_-]{43})");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String id;
  private final String secret;

  private PresentedKey(String id, String secret) {
    this.id = id;
    this.secret = secret;
  }

  /// A new one of 256 random bits.
  static PresentedKey random(String id) {
    AccessKey.requireId(id);
    return new PresentedKey(
        id, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(SECRET_BYTES)));
  }

  /// The key that `text` spells; empty where it isn't one.
  static Optional<PresentedKey> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new PresentedKey(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  public String id() {
    return id;
  }

  byte[] secret() {
    return secret.getBytes(StandardCharsets.US_ASCII);
  }

  /// All of it, to be shown once.
  public String text() {
    return "hstu_%s_%s".formatted(id, secret);
  }

  /// Without the secret.
  @Override
  public String toString() {
    return "key " + id;
  }
}
