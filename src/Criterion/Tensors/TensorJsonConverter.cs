using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Criterion;

/// <summary>
/// Reads and writes tensors in JSON, for options such as class weights: <c>{"dtype": "Float32", "shape": [2], "data": [1, 2]}</c>.
/// </summary>
/// <remarks>
/// NaN and the infinities are strings; integers beyond 2⁵³ are rounded. For large tensors use <c>.npy</c> or safetensors files.
/// </remarks>
public sealed class TensorJsonConverter : JsonConverter<Tensor>
{
    /// <inheritdoc/>
    public override Tensor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonNode node = JsonNode.Parse(ref reader)
            ?? throw new JsonException("Tensor: null is not a tensor. Write an object with \"dtype\", \"shape\" and \"data\".");
        try
        {
            var shape = node["shape"]!.AsArray().Select(static size => (int)size!).ToArray();
            double[] data = [.. node["data"]!.AsArray().Select(static value => Number(value!))];
            return Tensor.From(data, shape).To(Enum.Parse<DType>((string)node["dtype"]!));
        }
        catch (Exception e) when (
            e is NullReferenceException or InvalidOperationException or FormatException or ArgumentException or TensorException)
        {
            throw new JsonException($"Tensor: invalid JSON; it must have a dtype, a shape, and data that fill the shape: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Tensor value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WriteString("dtype", value.DType.ToString());
        writer.WriteStartArray("shape");
        foreach (int size in value.Shape.Dims)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data");
        foreach (double number in value.Detach().To(DType.Float64).Contiguous().ToArray<double>())
        {
            Write(writer, number);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    static double Number(JsonNode node) => node.GetValueKind() == JsonValueKind.String
        ? double.Parse((string)node!, CultureInfo.InvariantCulture)
        : (double)node;
}
