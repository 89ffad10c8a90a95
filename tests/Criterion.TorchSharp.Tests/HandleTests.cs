using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>Runs alone, because LibTorch counts the tensors of the whole process.</summary>
[CollectionDefinition(nameof(HandleTests), DisableParallelization = true)]
public class HandleCollection;

/// <summary>The number of native tensors does not grow.</summary>
[Collection(nameof(HandleTests))]
public class HandleTests
{
    const int Steps = 1000;
    const int Tolerance = 8;

    [TorchTheory]
    [InlineData(Losses.Reduction.Mean)]
    [InlineData(Losses.Reduction.None)]
    public void Steps_without_a_scope_leave_nothing(Losses.Reduction reduction)
    {
        using torch.Tensor x = randn(8, 4).requires_grad_();
        using torch.Tensor y = randn(8, 4);
        using torch.Tensor ones = torch.ones(reduction == Losses.Reduction.None ? [8, 4] : []);
        Flat(() =>
        {
            using torch.Tensor loss = new HuberLoss(reduction: reduction).Forward(x, y);
            loss.backward([ones]);
        });
    }

    [TorchFact]
    public void Values_without_a_graph_leave_nothing()
    {
        using torch.Tensor x = randn(8, 4);
        using torch.Tensor half = x.to(float16);
        using torch.Tensor labels = tensor([0, 1, 0, 1, 2, 2, 3, 3]);
        Flat(() => new CosineSimilarityLoss().Forward(x, x).Dispose());
        Flat(() => new CosineSimilarityLoss().Forward(half, half).Dispose());
        Flat(() => Metrics.ClusterAgreement.NormalizedMutualInformation(labels, labels));
    }

    [TorchFact]
    public void Training_steps_in_scopes_leave_nothing()
    {
        using var critic = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1));
        var optimizer = optim.Adam(critic.parameters(), 1e-3);
        WassersteinGanLoss gan = new();
        GradientPenalty penalty = new();
        Flat(
            () =>
            {
                torch.Tensor real = randn(8, 4), fake = randn(8, 4);
                optimizer.zero_grad();
                (gan.Discriminator(critic.call(real), critic.call(fake)) + penalty.Forward(critic, real, fake)).backward();
                optimizer.step();
            },
            scoped: true);
    }

    [TorchFact]
    public void Errors_leave_nothing()
    {
        using torch.Tensor x = randn(8, 4).requires_grad_();
        using torch.Tensor y = randn(8, 3);
        Flat(() => new HuberLoss().Forward(x, y), fails: true);
    }

    [TorchFact]
    public void Default_device_does_not_move_the_results()
    {
        using torch.Tensor x = randn(8, 4).requires_grad_();
        using torch.Tensor y = randn(8, 4);
        torch.Device before = get_default_device();
        set_default_device(torch.device("meta"));
        try
        {
            using torch.Tensor loss = new HuberLoss().Forward(x, y);
            Assert.Equal(DeviceType.CPU, loss.device_type);
            Assert.True(double.IsFinite(loss.ToDouble()));
            Assert.Equal(DeviceType.CPU, new CosineSimilarityLoss(reduction: Losses.Reduction.None).Forward(x, y).device_type);
        }
        finally
        {
            set_default_device(before);
        }
    }

    static void Flat(Action step, bool scoped = false, bool fails = false)
    {
        Run(step, 10, scoped, fails);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        Run(step, Steps, scoped, fails);
        Assert.True(torch.Tensor.TotalCount <= before + Tolerance, $"{torch.Tensor.TotalCount - before} tensors were left");
    }

    static void Run(Action step, int count, bool scoped, bool fails)
    {
        for (int i = 0; i < count; i++)
        {
            using DisposeScope? scope = scoped ? NewDisposeScope() : null;
            try
            {
                step();
            }
            catch (CriterionException) when (fails)
            {
            }
        }
    }
}
