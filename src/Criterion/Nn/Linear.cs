namespace Criterion.Nn;

/// <summary>Computes x · weightᵀ + bias over the last dimension. PyTorch equivalent: <c>torch.nn.Linear</c>.</summary>
/// <remarks>Input [.., inFeatures], output [.., outFeatures]; weight [outFeatures, inFeatures], bias [outFeatures].</remarks>
public sealed class Linear : WeightedModule
{
    /// <summary>Initializes the layer with random weights, uniform within ±1/√inFeatures.</summary>
    /// <param name="inFeatures">The size of the input's last dimension.</param>
    /// <param name="outFeatures">The size of the output's last dimension.</param>
    /// <param name="bias">Whether to add a bias. Default: true.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, RandomStream? random = null, DType dtype = DType.Float32)
        : base([Require.AtLeast(1, outFeatures, "Linear"), Require.AtLeast(1, inFeatures, "Linear")], outFeatures, bias, random, dtype)
    {
    }

    /// <summary>Gets the size of the input's last dimension.</summary>
    public int InFeatures => Weight.Shape[1];

    /// <summary>Gets the size of the output's last dimension.</summary>
    public int OutFeatures => Weight.Shape[0];

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Weight.Shape[1], Weight.Shape[0]], ("bias", Bias is not null, true));

    internal override Tensor Apply(Tensor input, Tensor weight)
    {
        int features = weight.Shape[1];
        if (input.Rank == 0 || input.Shape[-1] != features)
        {
            throw new ShapeException(
                $"Linear: the last size of the input {input.Shape} must be inFeatures = {features}. Flatten or reshape the input.");
        }

        // Leading dimensions form one batch: one matrix product, and one for the gradient of the weights.
        Tensor rows = input.Rank > 2 ? input.Reshape(input.Count / features, features) : input;
        Tensor product = rows.MatMul(weight.Transpose());
        Tensor output = Bias is null ? product : product + Bias;
        return input.Rank > 2 ? output.Reshape([.. input.Shape.Dims[..^1], weight.Shape[0]]) : output;
    }

    internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input, OnnxValue weight) =>
        graph.Affine(input, weight, graph.Weight(Bias));
}
