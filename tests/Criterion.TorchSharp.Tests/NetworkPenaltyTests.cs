using Criterion.Losses;
using Criterion.Nn;
using TorchSharp;
using static TorchSharp.torch;
using TorchCritic = TorchSharp.Modules.Sequential;

namespace Criterion.TorchSharp.Tests;

/// <summary>Penalties that differentiate a network: equal to Criterion's on the same weights, and to one written by hand.</summary>
public class NetworkPenaltyTests
{
    public static TheoryData<InputGradientPenalty> Penalties =>
    [
        new GradientPenalty(), new GradientPenalty(sided: GradientPenaltyForm.OneSided),
        new GradientPenalty(at: GradientPenaltyPoint.DraganNoise),
        new R1Penalty(), new R2Penalty(), new R1R2Penalty(),
    ];

    [TorchTheory]
    [MemberData(nameof(Penalties))]
    public void Input_gradient_penalties_equal_those_of_Criterion(InputGradientPenalty penalty)
    {
        (TorchCritic critic, Sequential twin) = Twins(3, 1);
        torch.Tensor real = randn(7, 3, float64), fake = randn(7, 3, float64);
        torch.Tensor value = penalty.Forward(critic, real, fake, new RandomStream(5));
        Tensor expected = penalty.Forward(twin.Forward, real.ToCriterion(), fake.ToCriterion(), new RandomStream(5));
        AssertEqual(expected, twin, value, critic);
    }

    [TorchFact]
    public void Penalties_of_one_batch_equal_those_of_Criterion()
    {
        (TorchCritic critic, Sequential twin) = Twins(3, 1);
        torch.Tensor images = randn(7, 3, float64);
        Tensor same = images.ToCriterion();
        AssertEqual(new R1Penalty().Forward(twin.Forward, same), twin, new R1Penalty().Forward(critic, images), critic);
        AssertEqual(new R2Penalty().Forward(twin.Forward, same), twin, new R2Penalty().Forward(critic.call, images), critic);
        AssertEqual(
            new ConsistencyPenalty().Forward(twin.Forward, same, static x => x * 2),
            twin,
            new ConsistencyPenalty().Forward(critic.call, images, static x => x * 2),
            critic);
        OrthogonalPenalty orthogonal = new(1);
        AssertEqual(orthogonal.Forward(twin.Parameters()), twin, orthogonal.Forward(critic.parameters()), critic);
    }

    [TorchFact]
    public void Path_length_equals_that_of_Criterion()
    {
        (TorchCritic generator, Sequential twin) = Twins(3, 5);
        torch.Tensor latents = randn(7, 3, float64);
        PathLengthPenalty penalty = new();
        (torch.Tensor value, double mean) = penalty.Forward(generator.call, latents, 0.3, new RandomStream(5));
        (Tensor expected, double expectedMean) = penalty.Forward(twin.Forward, latents.ToCriterion(), 0.3, new RandomStream(5));
        Assert.Equal(expectedMean, mean, 1e-12);
        AssertEqual(expected, twin, value, generator);
    }

    [TorchFact]
    public void Penalty_equals_one_written_by_hand()
    {
        (TorchCritic critic, _) = Twins(3, 1);
        torch.Tensor real = randn(7, 3, float64);
        new GradientPenalty(10, at: GradientPenaltyPoint.Real).Forward(critic, real, real).backward();
        double[][] ours = [.. critic.parameters().Select(Gradient)];
        critic.zero_grad();

        torch.Tensor x = real.detach().requires_grad_();
        torch.Tensor gradient = autograd.grad([critic.call(x).sum()], [x], create_graph: true, retain_graph: true)[0];
        (10 * (gradient.square().sum(1) + 1e-10).sqrt().sub(1).square().mean()).backward();
        double[][] byHand = [.. critic.parameters().Select(Gradient)];
        foreach ((double[] expected, double[] actual) in byHand.Zip(ours))
        {
            TorchAssert.Equal(expected, actual, 1e-12);
        }
    }

    [TorchFact]
    public void Critic_trains_200_steps()
    {
        random.manual_seed(3);
        using var critic = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1));
        var optimizer = optim.Adam(critic.parameters(), 5e-3, 0, 0.9);
        WassersteinGanLoss gan = new();
        GradientPenalty penalty = new(10);
        double distance = 0, excess = 0;
        for (int step = 0; step < 200; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            torch.Tensor real = randn(64, 2) + 2, fake = randn(64, 2) - 2;
            optimizer.zero_grad();
            torch.Tensor cost = penalty.Forward(critic, real, fake, new RandomStream((ulong)step));
            torch.Tensor loss = gan.Discriminator(critic.call(real), critic.call(fake));
            (loss + cost).backward();
            optimizer.step();
            (distance, excess) = (-loss.ToDouble(), cost.ToDouble());
        }

        // The clouds are d = √32 apart, and a slope s costs 10 (s − 1)² − s d: the best is s = 1 + d / 20, with s d = 7.26.
        Assert.InRange(distance, 6, 8.5);
        Assert.InRange(excess, 0, 1.6);
    }

    [TorchFact]
    public void Batch_normalization_is_refused_in_training()
    {
        using var critic = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1));
        torch.Tensor images = randn(5, 3);
        BatchCouplingException error = Assert.Throws<BatchCouplingException>(() => new R1Penalty().Forward(critic, images));
        Assert.Contains("R1Penalty needs the gradient of each image's own score", error.Message);
        Assert.Throws<BatchCouplingException>(() => new PathLengthPenalty().Forward(critic.call, images, 0));
        Assert.True((new R1Penalty { AllowBatchCoupling = true }).Forward(critic, images).ToDouble() >= 0);
        critic.eval();
        Assert.True(new R1Penalty().Forward(critic, images).ToDouble() >= 0);
    }

    [TorchFact]
    public void Weights_are_clipped_in_place()
    {
        using var critic = nn.Linear(3, 4);
        new WeightClip(0.01).Apply(critic.parameters());
        Assert.All(critic.parameters(), static parameter => Assert.True(parameter.abs().max().ToDouble() <= 0.010001));
    }

    [TorchTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Matryoshka_loss_equals_that_of_Criterion(bool normalized)
    {
        MatryoshkaLoss loss = new(2, normalized);
        torch.Tensor x = randn(6, 8, float64).requires_grad_();
        torch.Tensor y = randn(6, 8, float64);
        Tensor a = x.ToCriterion();
        a.RequiresGrad = true;
        torch.Tensor value = loss.Forward(static (q, k) => new InfoNceLoss().Forward(q, k), x, y);
        Tensor expected = loss.Forward(static (q, k) => new InfoNceLoss().Forward(q, k), a, y.ToCriterion());
        TorchAssert.Equal(expected, value, 1e-12);
        value.backward();
        TorchAssert.Equal(Autograd.Grad(expected, a), x.grad!, 1e-12);
        TorchAssert.Equal(
            loss.Forward(static e => new UniformityLoss().Forward(e), a),
            loss.Forward(static e => new UniformityLoss().Forward(e), x),
            1e-12);
    }

    [TorchFact]
    public void Reports_have_the_terms()
    {
        torch.Tensor x = randn(3, 4).requires_grad_(), y = randn(3, 4);
        (torch.Tensor total, IReadOnlyList<TermValue> terms) = ((new MSELoss() * 2) + new L1Loss()).Evaluate(x, y);
        Assert.Equal(total.ToDouble(), terms.Sum(static term => term.Weighted), 1e-5);
        Assert.Equal(3, new VicRegLoss().Evaluate(x, y).Terms.Count);
        total.backward();
        Assert.NotNull(x.grad);
        torch.Tensor[][] features = [[x, x * 2], [x * 3]];
        torch.Tensor[][] others = [[y, y * 2], [y * 3]];
        FeatureMatchingLoss matching = new(0);
        double expected = matching.Forward(
            (Tensor[][])[.. features.Select(static list => list.Select(static t => t.ToCriterion()).ToArray())],
            (Tensor[][])[.. others.Select(static list => list.Select(static t => t.ToCriterion()).ToArray())]).Item();
        Assert.Equal(expected, matching.Forward(features, others).ToDouble(), 1e-6);
    }

    static double[] Gradient(torch.Tensor parameter) => TorchAssert.Values(parameter.grad ?? zeros_like(parameter));

    static (TorchCritic Critic, Sequential Twin) Twins(int inputs, int outputs)
    {
        TorchCritic critic = nn.Sequential(nn.Linear(inputs, 4), nn.Tanh(), nn.Linear(4, outputs));
        critic.to(float64);
        Sequential twin = new(new Linear(inputs, 4), new Tanh(), new Linear(4, outputs));
        twin.To(DType.Float64);
        twin.LoadStateDict(critic.state_dict().ToCriterion());
        return (critic, twin);
    }

    static void AssertEqual(Tensor expected, Sequential twin, torch.Tensor value, TorchCritic network)
    {
        TorchAssert.Equal(expected, value, 1e-12);
        network.zero_grad();
        value.backward();
        Tensor[] gradients = Autograd.Grad([expected], [.. twin.Parameters()], allowUnused: true);
        foreach ((Tensor gradient, torch.Tensor parameter) in gradients.Zip(network.parameters()))
        {
            TorchAssert.Equal(gradient, parameter.grad ?? zeros_like(parameter), 1e-11);
        }
    }
}
