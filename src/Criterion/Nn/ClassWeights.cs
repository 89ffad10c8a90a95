namespace Criterion.Nn;

/// <summary>
/// One vector or several for each class: the weights of losses that classify embeddings by their similarity to classes, also called proxies
/// or class centres.
/// </summary>
/// <remarks>
/// Weight [classes · centres, dim]: the centres of a class are neighbouring rows. Vectors are normal random numbers of expected length 1.
/// Input [N, dim], output [N, classes]: the cosine of each row and each class, of its nearest centre where there are several. Losses take
/// <see cref="Weight"/> itself and never form that matrix. Proxies are often given a learning rate of their own: pass the module's
/// parameters as a separate <c>ParameterGroup</c>.
/// </remarks>
public sealed class ClassWeights : Layer
{
    /// <summary>Initializes the weights.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="dim">The length of a vector, the width of the embeddings.</param>
    /// <param name="centres">The number of vectors of each class. Default: 1.</param>
    /// <param name="random">The random stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <param name="dtype">The type of the weights. Default: Float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public ClassWeights(int classes, int dim, int centres = 1, RandomStream? random = null, DType dtype = DType.Float32)
    {
        Classes = Require.AtLeast(1, classes, "ClassWeights");
        Centres = Require.AtLeast(1, centres, "ClassWeights");
        int rows = checked(classes * centres);
        Require.AtLeast(1, dim, "ClassWeights");
        Weight = Parameter("weight", Init.Normal(Tensor.Empty([rows, dim], dtype), deviation: 1 / Math.Sqrt(dim), random: random));
    }

    /// <summary>Gets the vectors, [classes · centres, dim].</summary>
    public Tensor Weight { get; }

    /// <summary>Gets the number of classes.</summary>
    public int Classes { get; }

    /// <summary>Gets the number of vectors of each class.</summary>
    public int Centres { get; }

    /// <summary>Gets the length of a vector.</summary>
    public int Dim => Weight.Shape[1];

    /// <inheritdoc/>
    protected override string Description => OptionText.Of([Classes, Dim], ("centres", Centres, 1));

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The input is not [N, dim].</exception>
    protected override Tensor Compute(Tensor input)
    {
        if (input.Rank != 2 || input.Shape[1] != Dim)
        {
            throw new ShapeException(
                $"ClassWeights: embeddings {input.Shape} must be [N, {Dim}], as the weights are {Weight.Shape}. Flatten the embeddings.");
        }

        Tensor cosines = UnitRows.Of(input).MatMul(UnitRows.Of(Weight).Transpose());
        return Centres == 1 ? cosines : cosines.Reshape(input.Shape[0], Classes, Centres).Max(-1);
    }

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue classes = graph.UnitRows(graph.Weight(Weight));
        OnnxValue cosines = graph.Node("MatMul", [graph.UnitRows(input), graph.Permute(classes, 1, 0)]);
        return Centres == 1
            ? cosines
            : graph.Node("ReduceMax", [graph.Reshape(cosines, 0, Classes, Centres)], ("axes", (long[])[-1]), ("keepdims", 0));
    }
}
