using System.Text.Json;

namespace Criterion.Tests.Golden;

/// <summary>One computation of PyTorch: its operands, options and results. The keys are those of tests/golden/README.md.</summary>
public sealed class GoldenCase(JsonElement json)
{
    /// <summary>The operation, by PyTorch's name.</summary>
    public string Op { get; } = json.GetProperty("op").GetString()!;

    /// <summary>What is special about this case.</summary>
    public string Name { get; } = json.GetProperty("name").GetString()!;

    /// <summary>The options.</summary>
    public GoldenArgs Args { get; } = new(json.GetProperty("args"));

    /// <summary>Fresh tensors of the operands; those that have derivatives require a gradient.</summary>
    public Tensor[] Inputs()
    {
        Tensor[] inputs = Tensors("inputs")!;
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].RequiresGrad = Differentiable(i);
        }

        return inputs;
    }

    /// <summary>Names of the inputs, for layers and losses.</summary>
    public string[] Names => [.. json.GetProperty("names").EnumerateArray().Select(static name => name.GetString()!)];

    /// <summary>Whether input <paramref name="i"/> has derivatives.</summary>
    public bool Differentiable(int i) => json.GetProperty("differentiable")[i].GetBoolean();

    /// <summary>The result.</summary>
    public Tensor Output => Tensor("output")!;

    /// <summary>What flows into the result: the first gradients are those of sum(output · u). Null where there are none.</summary>
    public Tensor? U => Tensor("u");

    /// <summary>The gradients of sum(output · u); null for inputs without derivatives.</summary>
    public Tensor?[] Grads => TensorsOrNull("grads")!;

    /// <summary>What flows into the first gradients: the second are those of Σᵢ sum(gradsᵢ · vᵢ). Null where there are none.</summary>
    public Tensor?[]? V => TensorsOrNull("v");

    /// <summary>The gradients of Σᵢ sum(gradsᵢ · vᵢ); null for inputs without derivatives.</summary>
    public Tensor?[] GradGrads => TensorsOrNull("gradgrads")!;

    /// <summary>Any other key as it stands.</summary>
    public JsonElement this[string key] => json.GetProperty(key);

    /// <summary>Whether there is such a key.</summary>
    public bool Has(string key) => json.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A tensor by its key, null where there is none.</summary>
    public Tensor? Tensor(string key) => Has(key) ? Read(json.GetProperty(key)) : null;

    /// <summary>A list of tensors by its key.</summary>
    public Tensor[]? Tensors(string key) => Has(key) ? ReadList(json.GetProperty(key)) : null;

    /// <summary>Named tensors, such as a layer's buffers.</summary>
    public Dictionary<string, Tensor> TensorMap(string key) =>
        json.GetProperty(key).EnumerateObject().ToDictionary(static p => p.Name, static p => Read(p.Value));

    /// <inheritdoc/>
    public override string ToString() => $"{Op} {Name}";

    /// <summary>The tensor that {"shape", "dtype", "data"} describes.</summary>
    public static Tensor Read(JsonElement tensor)
    {
        Shape shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(static n => n.GetInt32())];
        IEnumerable<JsonElement> data = tensor.GetProperty("data").EnumerateArray();
        return tensor.GetProperty("dtype").GetString() switch
        {
            "float64" => Criterion.Tensor.From(data.Select(GoldenArgs.Number).ToArray(), shape),
            "int64" => Criterion.Tensor.From(data.Select(static x => x.GetInt64()).ToArray(), shape),
            "bool" => Criterion.Tensor.From(data.Select(static x => x.ValueKind == JsonValueKind.True).ToArray(), shape),
            string other => throw new NotSupportedException($"golden data holds a tensor of {other}"),
            null => throw new NotSupportedException("golden data holds a tensor without a dtype"),
        };
    }

    /// <summary>The tensors of a list.</summary>
    public static Tensor[] ReadList(JsonElement list) => [.. list.EnumerateArray().Select(Read)];

    Tensor?[]? TensorsOrNull(string key) => !Has(key)
        ? null
        : [.. json.GetProperty(key).EnumerateArray().Select(static e => e.ValueKind == JsonValueKind.Null ? null : Read(e))];
}
