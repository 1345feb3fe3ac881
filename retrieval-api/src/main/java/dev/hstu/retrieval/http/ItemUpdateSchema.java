package dev.hstu.retrieval.http;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the contract shows the body of `PUT /items/{id}`; it is read by [ItemUpdateReader].
@Schema(name = "ItemUpdate", description = "What an item is to be")
record ItemUpdateSchema(
    @Schema(
            description =
                "float32 values of length 1, as many as the model's dimension; without them the"
                    + " vector is that of the labels, where the model was trained with them")
        @Nullable List<Float> vector,
    @Schema(description = "Texts, lists of labels and numbers by name; all the item is to have")
        @Nullable Map<String, Object> attributes) {}
