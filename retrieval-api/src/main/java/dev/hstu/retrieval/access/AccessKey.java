package dev.hstu.retrieval.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A key as it is kept: what verifies its secret, and not the secret.
///
/// The hash is HMAC-SHA-256 of the secret under a salt of the key's own. A slow hash (PBKDF2,
/// Argon2) exists to make guessing a password dear; a secret here is 256 random bits, which nobody
/// guesses at any price, and milliseconds of hashing a request would let anyone who reaches the
/// port spend our processor.
///
/// @param id public name, in logs and audit lines
/// @param role what it may do
/// @param salt of 16 random bytes, base64url
/// @param hash 32 bytes, base64url
/// @param created UTC, ISO 8601
public record AccessKey(
    @JsonProperty("id") String id,
    @JsonProperty("role") Role role,
    @JsonProperty("salt") String salt,
    @JsonProperty("hash") String hash,
    @JsonProperty("created") String created) {

  static final int SALT_BYTES = 16;
  static final int HASH_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  public AccessKey {
    requireId(id);
    if (role == null || created == null) {
      throw new IllegalArgumentException("key '%s' has no role or no creation time".formatted(id));
    }
    requireBytes(id, "salt", salt, SALT_BYTES);
    requireBytes(id, "hash", hash, HASH_BYTES);
  }

  /// Whether `secret` is this key's, in a time that doesn't depend on how much of it is right.
  boolean matches(byte[] secret) {
    byte[] expected = Base64.getUrlDecoder().decode(hash);
    return MessageDigest.isEqual(expected, hash(Base64.getUrlDecoder().decode(salt), secret));
  }

  /// The hash of a secret under a salt.
  static byte[] hash(byte[] salt, byte[] secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(salt, ALGORITHM));
      return mac.doFinal(secret);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /// @throws IllegalArgumentException when `id` can't name a key
  static void requireId(String id) {
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "key id '%s' must be 1..32 of a-z, 0-9 and -, and not begin with -; choose another"
              .formatted(id));
    }
  }

  private static void requireBytes(String id, String name, String text, int length) {
    if (text == null || Base64.getUrlDecoder().decode(text).length != length) {
      throw new IllegalArgumentException(
          "the %s of key '%s' must be %d bytes as base64url; remove the key and add it again"
              .formatted(name, id, length));
    }
  }
}
