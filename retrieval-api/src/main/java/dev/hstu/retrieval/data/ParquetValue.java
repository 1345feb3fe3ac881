package dev.hstu.retrieval.data;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/// How the present values of one Parquet column become a [Cell]: by physical and logical type.
@FunctionalInterface
interface ParquetValue {

  long SECONDS_A_DAY = 86_400;

  /// Julian day number of 1970-01-01, for INT96 times.
  long EPOCH_JULIAN_DAY = 2_440_588;

  void read(ColumnReader reader, Cell cell);

  /// The reading of a column, or null where its type holds neither ids, times nor attributes.
  static @Nullable ParquetValue of(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return switch (type.getPrimitiveTypeName()) {
      case INT64 -> int64(logical);
      case INT32 -> int32(logical);
      case INT96 -> ParquetValue::int96;
      case FLOAT -> (reader, cell) -> cell.setDecimal(reader.getFloat());
      case DOUBLE -> (reader, cell) -> cell.setDecimal(reader.getDouble());
      case BOOLEAN -> (reader, cell) -> cell.setInteger(reader.getBoolean() ? 1 : 0);
      case BINARY -> binary(logical);
      case FIXED_LEN_BYTE_ARRAY -> fixedBytes(logical);
    };
  }

  private static ParquetValue int64(@Nullable LogicalTypeAnnotation logical) {
    return switch (logical) {
      case TimestampLogicalTypeAnnotation timestamp -> {
        long ticks =
            switch (timestamp.getUnit()) {
              case MILLIS -> 1_000;
              case MICROS -> 1_000_000;
              case NANOS -> 1_000_000_000;
            };
        yield (reader, cell) -> cell.setSeconds(Math.floorDiv(reader.getLong(), ticks));
      }
      case IntLogicalTypeAnnotation integer when !integer.isSigned() ->
          (reader, cell) -> unsigned(reader.getLong(), cell);
      case DecimalLogicalTypeAnnotation decimal ->
          (reader, cell) -> decimal(BigInteger.valueOf(reader.getLong()), decimal.getScale(), cell);
      case null, default -> (reader, cell) -> cell.setInteger(reader.getLong());
    };
  }

  private static ParquetValue int32(@Nullable LogicalTypeAnnotation logical) {
    return switch (logical) {
      case DateLogicalTypeAnnotation _ ->
          (reader, cell) -> cell.setSeconds(reader.getInteger() * SECONDS_A_DAY);
      case IntLogicalTypeAnnotation integer when !integer.isSigned() ->
          (reader, cell) -> cell.setInteger(Integer.toUnsignedLong(reader.getInteger()));
      case DecimalLogicalTypeAnnotation decimal ->
          (reader, cell) ->
              decimal(BigInteger.valueOf(reader.getInteger()), decimal.getScale(), cell);
      case null, default -> (reader, cell) -> cell.setInteger(reader.getInteger());
    };
  }

  private static ParquetValue binary(@Nullable LogicalTypeAnnotation logical) {
    return logical instanceof DecimalLogicalTypeAnnotation decimal
        ? bigDecimal(decimal)
        : (reader, cell) -> cell.setText(reader.getBinary().toStringUsingUTF8());
  }

  private static @Nullable ParquetValue fixedBytes(@Nullable LogicalTypeAnnotation logical) {
    return switch (logical) {
      case DecimalLogicalTypeAnnotation decimal -> bigDecimal(decimal);
      case UUIDLogicalTypeAnnotation _ -> ParquetValue::uuid;
      case null, default -> null;
    };
  }

  private static ParquetValue bigDecimal(DecimalLogicalTypeAnnotation decimal) {
    return (reader, cell) ->
        decimal(new BigInteger(reader.getBinary().getBytes()), decimal.getScale(), cell);
  }

  private static void decimal(BigInteger unscaled, int scale, Cell cell) {
    if (scale == 0 && unscaled.bitLength() < Long.SIZE) {
      cell.setInteger(unscaled.longValueExact());
    } else if (scale == 0) {
      cell.setText(unscaled.toString());
    } else {
      cell.setDecimal(new BigDecimal(unscaled, scale).doubleValue());
    }
  }

  private static void unsigned(long bits, Cell cell) {
    if (bits >= 0) {
      cell.setInteger(bits);
    } else {
      cell.setText(Long.toUnsignedString(bits));
    }
  }

  private static void uuid(ColumnReader reader, Cell cell) {
    ByteBuffer bytes = reader.getBinary().toByteBuffer();
    cell.setText(new UUID(bytes.getLong(), bytes.getLong()).toString());
  }

  /// The time that Spark and Impala used to write: nanoseconds of the day, then the Julian day.
  private static void int96(ColumnReader reader, Cell cell) {
    ByteBuffer bytes = reader.getBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long nanosOfDay = bytes.getLong();
    long day = bytes.getInt() - EPOCH_JULIAN_DAY;
    cell.setSeconds(day * SECONDS_A_DAY + nanosOfDay / 1_000_000_000L);
  }
}
