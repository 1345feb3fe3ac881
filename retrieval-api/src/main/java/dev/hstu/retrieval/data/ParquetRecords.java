package dev.hstu.retrieval.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/// Rows of a Parquet file with flat columns; nested and repeated ones are left out. Values are read
/// column by column, without records in between; the selected columns of one row group are held in
/// memory, packed.
///
/// Parquet's reader is used without Hadoop's file systems, configuration and codecs.
final class ParquetRecords implements RecordSource {

  private final Path file;
  private final long fileBytes;
  private final ParquetFileReader reader;
  private final List<Column> columns;
  private int[] selected;
  private MessageType schema;
  private long rowsLeftInGroup;
  private long position;
  private boolean onRow;

  private ParquetRecords(Path file, ParquetFileReader reader) throws IOException {
    this.file = file;
    this.fileBytes = Files.size(file);
    this.reader = reader;
    this.columns = readableColumns(reader.getFileMetaData().getSchema());
    this.schema = reader.getFileMetaData().getSchema();
    this.selected = new int[0];
  }

  /// Opens a file and reads its footer.
  ///
  /// @throws UnusableInputException when it is no Parquet file or a damaged one
  static ParquetRecords open(Path file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try {
      return new ParquetRecords(file, ParquetFileReader.open(new LocalInputFile(file), options));
    } catch (IOException | RuntimeException e) {
      throw new UnusableInputException(
          "'%s' is no whole Parquet file: %.200s".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public List<String> columns() {
    return columns.stream().map(Column::name).toList();
  }

  @Override
  public void select(int[] wanted) {
    selected = Arrays.stream(wanted).distinct().toArray();
    MessageType whole = reader.getFileMetaData().getSchema();
    List<Type> types =
        Arrays.stream(selected).mapToObj(c -> whole.getType(columns.get(c).name())).toList();
    schema = new MessageType(whole.getName(), types);
    reader.setRequestedSchema(schema);
  }

  @Override
  public boolean next() throws IOException {
    try {
      if (onRow) {
        for (int column : selected) {
          columns.get(column).reader().consume();
        }
      }
      onRow = rowsLeftInGroup > 0 || nextGroup();
      if (onRow) {
        rowsLeftInGroup--;
        position++;
      }
      return onRow;
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  @Override
  public @Nullable RowDefect defect() {
    return null;
  }

  @Override
  public String defectDetail() {
    return "";
  }

  @Override
  public void read(int column, Cell cell) {
    try {
      columns.get(column).read(cell);
    } catch (UnusableInputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public String positionUnit() {
    return "row";
  }

  @Override
  public long bytesRead() {
    return (long) (fileBytes * (position / Math.max(1.0, (double) reader.getRecordCount())));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private boolean nextGroup() throws IOException {
    PageReadStore group = reader.readNextRowGroup();
    while (group != null && group.getRowCount() == 0) {
      group = reader.readNextRowGroup();
    }
    if (group == null) {
      return false;
    }
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            group,
            new DummyRecordConverter(schema).getRootConverter(),
            schema,
            reader.getFileMetaData().getCreatedBy());
    for (int column : selected) {
      Column target = columns.get(column);
      ColumnDescriptor descriptor = schema.getColumnDescription(new String[] {target.name()});
      target.begin(store.getColumnReader(descriptor), descriptor.getMaxDefinitionLevel());
    }
    rowsLeftInGroup = group.getRowCount();
    return true;
  }

  private UnusableInputException damaged(RuntimeException cause) {
    return cause instanceof UnusableInputException known
        ? known
        : new UnusableInputException(
            "'%s' is damaged after row %d: %.200s".formatted(file, position, cause.getMessage()),
            cause);
  }

  private static List<Column> readableColumns(MessageType schema) {
    List<Column> columns = new ArrayList<>();
    for (Type field : schema.getFields()) {
      boolean flat = field.isPrimitive() && !field.isRepetition(Type.Repetition.REPEATED);
      ParquetValue value = flat ? ParquetValue.of(field.asPrimitiveType()) : null;
      if (value != null) {
        columns.add(new Column(field.getName(), value));
      }
    }
    return List.copyOf(columns);
  }

  /// One column and where its reader stands.
  private static final class Column {
    private final String name;
    private final ParquetValue value;
    private @Nullable ColumnReader reader;
    private int presentLevel;

    Column(String name, ParquetValue value) {
      this.name = name;
      this.value = value;
    }

    String name() {
      return name;
    }

    void begin(ColumnReader groupReader, int maxDefinitionLevel) {
      reader = groupReader;
      presentLevel = maxDefinitionLevel;
    }

    ColumnReader reader() {
      if (reader == null) {
        throw new IllegalStateException("column '" + name + "' was not selected");
      }
      return reader;
    }

    void read(Cell cell) {
      if (reader().getCurrentDefinitionLevel() < presentLevel) {
        cell.setMissing();
      } else {
        value.read(reader(), cell);
      }
    }
  }
}
