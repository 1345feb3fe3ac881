package dev.hstu.index.generation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/// Names of generations: `20260131T235959Z-0123456789ab`, the UTC second of the build and the first
/// 12 digits of the content digest, so that names sort by age.
final class GenerationIds {

  private static final int DIGEST_DIGITS = 12;

  private static final Pattern ID = Pattern.compile("\\d{8}T\\d{6}Z-[0-9a-f]{12}");

  private static final DateTimeFormatter UTC_SECOND =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private GenerationIds() {}

  static String of(Instant createdAt, String contentDigest) {
    return UTC_SECOND.format(createdAt) + "-" + contentDigest.substring(0, DIGEST_DIGITS);
  }

  /// Also keeps names with separators away from the file system.
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }
}
