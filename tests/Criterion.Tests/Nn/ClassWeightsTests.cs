using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Tests.Nn;

public class ClassWeightsTests
{
    [Fact]
    public void Vectors_have_an_expected_length_of_1_and_come_from_the_stream()
    {
        ClassWeights weights = new(500, 64, random: new RandomStream(3));
        Assert.Equal([500, 64], weights.Weight.Shape);
        Assert.Equal(1, weights.Weight.Norm(1).Mean().Item(), 0.02);
        Assert.Equal(weights.Weight.ToArray<float>(), new ClassWeights(500, 64, random: new RandomStream(3)).Weight.ToArray<float>());
        Assert.Equal(["weight"], weights.StateDict().Keys);
    }

    [Fact]
    public void Output_is_the_cosine_to_the_nearest_centre_of_each_class()
    {
        ClassWeights weights = new(2, 2, centres: 2, dtype: DType.Float64);
        using (Autograd.NoGrad())
        {
            weights.Weight.CopyFrom(Tensor.From(new double[,] { { 2, 0 }, { 0, 3 }, { -1, 0 }, { 0, -1 } }));
        }

        Tensor output = weights.Forward(Tensor.From(new double[,] { { 3, 4 }, { -5, 0 }, { 0, 0 } }));
        Assert.Equal([0.8, -0.6, 0, 1, 0, 0], output.ToArray<double>().Select(static x => Math.Round(x, 12)));
        Assert.Contains("centres", weights.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_name_sizes()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassWeights(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassWeights(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassWeights(2, 2, 0));
        Assert.Contains(
            "[1, 3]",
            Assert.Throws<ShapeException>(() => new ClassWeights(2, 2).Forward(Tensor.Ones([1, 3]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Training_separates_classes()
    {
        RandomStream random = new(4);
        ClassWeights weights = new(3, 2, random: random);
        Tensor x = Tensor.From<float>([1, 0.1f, 0.9f, -0.1f, -1, 1, -0.8f, 1, 0, -1, 0.1f, -1], [6, 2]);
        Tensor labels = Tensor.From<long>([0, 0, 1, 1, 2, 2]);
        Adam optimizer = new(weights.Parameters(), 0.1);
        for (int step = 0; step < 60; step++)
        {
            optimizer.ZeroGrad();
            new ArcFaceLoss(0.2, 8).Forward(x, labels, weights.Weight).Backward();
            optimizer.Step();
        }

        Assert.Equal(labels.ToArray<long>(), weights.Forward(x).ArgMax(1).ToArray<long>());
    }
}
