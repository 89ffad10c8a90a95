namespace Criterion.Nn;

/// <summary>A lookup table of vectors. PyTorch equivalent: <c>torch.nn.Embedding</c>.</summary>
/// <remarks>Input Int64 of any shape [..], values in [0, count); output [.., dim]; weight [count, dim].</remarks>
public sealed class Embedding : Layer
{
    /// <summary>Initializes the table with normal random vectors.</summary>
    /// <param name="count">The number of vectors.</param>
    /// <param name="dim">The length of a vector.</param>
    /// <param name="paddingIndex">
    /// The index of a vector that starts at 0 and gets no gradient; negative values count from the end. Default: null.
    /// </param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the vectors. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding index is out of range.</exception>
    public Embedding(int count, int dim, int? paddingIndex = null, RandomStream? random = null, DType dtype = DType.Float32)
    {
        Require.AtLeast(1, count, "Embedding");
        Require.AtLeast(1, dim, "Embedding");
        Tensor table = Init.Normal(Tensor.Empty([count, dim], dtype), random: random);
        if (paddingIndex is { } padding)
        {
            Require.That(padding >= -count && padding < count, padding, "Embedding", $"in [{-count}, {count})", nameof(paddingIndex));
            PaddingIndex = padding < 0 ? padding + count : padding;
            table[PaddingIndex.Value].Fill(0);
        }

        Weight = Parameter("weight", table);
    }

    /// <summary>Gets the vectors, [count, dim].</summary>
    public Tensor Weight { get; }

    /// <summary>Gets the number of vectors.</summary>
    public int Count => Weight.Shape[0];

    /// <summary>Gets the length of a vector.</summary>
    public int Dim => Weight.Shape[1];

    /// <summary>Gets the index of the vector that starts at 0 and gets no gradient, counted from the start; or null.</summary>
    public int? PaddingIndex { get; }

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Weight.Shape[0], Weight.Shape[1]], ("paddingIndex", PaddingIndex, null));

    /// <inheritdoc/>
    protected override DType? InputType => DType.Int64;

    /// <inheritdoc/>
    /// <exception cref="DTypeException">The indices are not Int64.</exception>
    protected override Tensor Compute(Tensor input)
    {
        Tensor indices = input.Flatten();
        Tensor rows = Weight.IndexSelect(0, indices);
        if (PaddingIndex is { } padding)
        {
            rows = Tensor.Where(indices.EqualTo(padding).Unsqueeze(1), rows.Detach(), rows);
        }

        return rows.Reshape([.. input.Shape.Dims, Weight.Shape[1]]);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input) => graph.Node("Gather", [graph.Weight(Weight), input]);
}
