using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Losses.Penalties;

public class OrthogonalPenaltyTests
{
    static Tensor W => Tensor.From(new double[,] { { 1, 2, 0 }, { 0, 1, -1 } });

    // W Wᵀ = [[5, 2], [2, 2]].
    [Fact]
    public void Value_is_the_distance_from_the_identity()
    {
        Assert.Equal(16 + 4 + 4 + 1, new OrthogonalPenalty(1).Forward([W]).Item(), 1e-12);
        Assert.Equal(4 + 4, new OrthogonalPenalty(1, offDiagonal: true).Forward([W]).Item(), 1e-12);
        Assert.Equal(25e-4, new OrthogonalPenalty().Forward([W.Reshape(2, 3, 1, 1)]).Item(), 1e-15);
        Assert.Equal(50, new OrthogonalPenalty(1).Forward([W, Tensor.Ones([5]), W]).Item(), 1e-12);
    }

    [Fact]
    public void Orthonormal_rows_cost_nothing()
    {
        Tensor rotation = Tensor.From(new double[,] { { 0.6, 0.8 }, { -0.8, 0.6 } });
        Assert.Equal(0, new OrthogonalPenalty(1).Forward([rotation]).Item(), 1e-12);
        Assert.Equal(0, new OrthogonalPenalty(1, true).Forward([rotation * 7]).Item(), 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Derivatives_are_those_of_central_differences(bool offDiagonal)
    {
        RandomStream random = new(6);
        Tensor kernel = Tensor.Randn([3, 2, 2, 2], DType.Float64, random);
        GradCheck.Check(w => new OrthogonalPenalty(0.3, offDiagonal).Forward([w[0], w[1]]), [W, kernel], tolerance: 2e-6);
    }

    [Fact]
    public void Parameters_of_a_module_may_be_given_whole()
    {
        Sequential critic = new(new Conv2d(1, 2, 3), new LayerNorm([2, 4, 4]), new Flatten(), new Linear(32, 1));
        Assert.True(new OrthogonalPenalty().Forward(critic.Parameters()).Item() > 0);
        Assert.Throws<LossException>(() => new OrthogonalPenalty().Forward([Tensor.Ones([3])]));
        Assert.True(double.IsNaN(new OrthogonalPenalty(1, true).Forward([W * double.NaN]).Item()));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new OrthogonalPenalty());
        CriterionAssert.IsShown(new OrthogonalPenalty(offDiagonal: true));
        CriterionAssert.IsStored(new OrthogonalPenalty(1, true));
    }
}
