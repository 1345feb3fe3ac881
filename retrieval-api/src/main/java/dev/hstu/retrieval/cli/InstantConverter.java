package dev.hstu.retrieval.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads an instant as integer seconds: `1700000000`, `2024-10-01` (its first second in UTC) or
/// `2024-10-01T12:30:00Z`.
final class InstantConverter implements ITypeConverter<Long> {

  @Override
  public Long convert(String value) {
    if (value.matches("-?[0-9]{1,12}")) {
      return Long.parseLong(value);
    }
    try {
      return value.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")
          ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toEpochSecond()
          : Instant.parse(value).getEpochSecond();
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "'%s' is no instant; give seconds since 1970, 2024-10-01 or 2024-10-01T12:30:00Z"
              .formatted(value));
    }
  }
}
