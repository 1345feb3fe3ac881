package dev.hstu.retrieval.config;

import java.util.List;
import java.util.stream.Stream;

/// The whole configuration of the service, checked.
public record ServiceConfiguration(
    RetrievalSettings retrieval,
    ServingSettings serving,
    EmbedSettings embed,
    BatchSettings batch,
    AdmissionSettings admission,
    LadderSettings ladder,
    GenerationSettings generations,
    EncoderSettings encoder,
    BatchingSettings batching,
    EndpointSettings endpoints,
    EncoderServerSettings encoderServer,
    GateSettings gate,
    UpdateSettings updates,
    AccessSettings access,
    ConnectionSettings connections,
    TlsSettings tls,
    CacheSettings cache,
    UserSettings users,
    LoggingSettings logging,
    TracingSettings tracing,
    ExplainSettings explain,
    ReceiptSettings receipts) {

  /// Every key there is, in the order of the reference.
  public static List<Setting<?>> settings() {
    return Stream.of(
            GenerationSettings.SETTINGS,
            ServingSettings.SETTINGS,
            RetrievalSettings.SETTINGS,
            EmbedSettings.SETTINGS,
            BatchSettings.SETTINGS,
            AdmissionSettings.SETTINGS,
            LadderSettings.SETTINGS,
            EncoderSettings.SETTINGS,
            BatchingSettings.SETTINGS,
            EndpointSettings.SETTINGS,
            EncoderServerSettings.SETTINGS,
            GateSettings.SETTINGS,
            UpdateSettings.SETTINGS,
            AccessSettings.SETTINGS,
            ConnectionSettings.SETTINGS,
            TlsSettings.SETTINGS,
            CacheSettings.SETTINGS,
            UserSettings.SETTINGS,
            LoggingSettings.SETTINGS,
            TracingSettings.SETTINGS,
            ExplainSettings.SETTINGS,
            ReceiptSettings.SETTINGS)
        .<Setting<?>>flatMap(List::stream)
        .toList();
  }

  /// Reads and checks all records.
  ///
  /// @param sources the first that sets a key wins
  /// @throws InvalidSettingException at an unknown key or a value out of range
  public static ServiceConfiguration of(List<SettingSource> sources) {
    SettingValues values = new SettingValues(sources, "CONFIGURATION.md");
    values.requireKnown(settings());
    return new ServiceConfiguration(
        RetrievalSettings.from(values),
        ServingSettings.from(values),
        EmbedSettings.from(values),
        BatchSettings.from(values),
        AdmissionSettings.from(values),
        LadderSettings.from(values),
        GenerationSettings.from(values),
        EncoderSettings.from(values),
        BatchingSettings.from(values),
        EndpointSettings.from(values),
        EncoderServerSettings.from(values),
        GateSettings.from(values),
        UpdateSettings.from(values),
        AccessSettings.from(values),
        ConnectionSettings.from(values),
        TlsSettings.from(values),
        CacheSettings.from(values),
        UserSettings.from(values),
        LoggingSettings.from(values),
        TracingSettings.from(values),
        ExplainSettings.from(values),
        ReceiptSettings.from(values));
  }
}
