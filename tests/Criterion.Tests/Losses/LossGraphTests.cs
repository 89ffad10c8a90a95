using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Losses whose inputs depend on one another: the fused pass gives partial derivatives, and the sweep adds up the rest.</summary>
public class LossGraphTests
{
    static Tensor[] X => [Tensor.Randn([3, 4], DType.Float64, new RandomStream(3))];

    [Fact]
    public void Target_that_is_computed_from_the_prediction_is_differentiated_along_both_ways() =>
        GradCheck.Check(x => new MSELoss().Forward(x[0], x[0] * x[0].Exp()), X);

    [Fact]
    public void Rows_that_are_computed_from_one_another_are_too() =>
        GradCheck.Check(x => new CosineSimilarityLoss().Forward(x[0], x[0] * x[0].Exp()), X);

    [Fact]
    public void One_tensor_on_both_sides_gets_both_gradients() =>
        GradCheck.Check(x => new MSELoss().Forward(x[0], x[0] * 2) + new HuberLoss().Forward(x[0], x[0]), X);
}
