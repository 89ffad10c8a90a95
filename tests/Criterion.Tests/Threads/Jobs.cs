using System.Runtime.InteropServices;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Tests.Threads;

/// <summary>Small pieces of work whose results are bits to compare.</summary>
static class Jobs
{
    /// <summary>A network of every layer that has state, in evaluation.</summary>
    public static Sequential Images()
    {
        RandomStream random = new(1);
        Sequential net =
        [
            new Conv2d(3, 16, 3, padding: 1, random: random), new BatchNorm2d(16), new LeakyReLU(0.2), new Dropout(0.5, random),
            new SpectralNorm(new Conv2d(16, 16, 3, padding: 1, random: random), random: random),
            new InstanceNorm2d(16, affine: true, trackRunningStats: true),
            new Residual(new Sequential(new Conv2d(16, 16, 3, padding: 1, random: random), new Tanh())), new MaxPool2d(2),
            new ConvTranspose2d(16, 8, 2, stride: 2, random: random), new GroupNorm(2, 8), new Upsample(scale: 2), new AvgPool2d(2),
            new Flatten(1), new LayerNorm([512]), new SpectralNorm(new Linear(512, 5, random: random), random: random),
        ];
        for (int i = 0; i < 3; i++)
        {
            net.Forward(Tensor.Randn([4, 3, 8, 8], random: random));
        }

        net.Eval();
        return net;
    }

    public static Tensor Image(ulong seed) => Tensor.Randn([2, 3, 8, 8], random: new RandomStream(seed));

    /// <summary>The output of a shared network for the image of a seed.</summary>
    public static Tensor Predict(Module net, Tensor image)
    {
        using TensorScope scope = new();
        using (Autograd.NoGrad())
        {
            return scope.Keep(net.Forward(image));
        }
    }

    /// <summary>The gradient of a shared network's output by its input.</summary>
    public static Tensor Slope(Module net, Tensor image)
    {
        using TensorScope scope = new();
        Tensor x = image.Detach();
        x.RequiresGrad = true;
        return scope.Keep(Autograd.Grad(net.Forward(x).Pow(2).Sum(), x));
    }

    public static string Bits(params IEnumerable<Tensor> tensors) => string.Join(
        ' ', tensors.Select(static x => Convert.ToHexString(MemoryMarshal.AsBytes(x.Detach().Contiguous().AsReadOnlySpan<float>()))));

    /// <summary>Runs an action on a thread of its own.</summary>
    public static Task OnThread(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A small network with its optimizer and data, all drawn from a seed.</summary>
    public sealed class Training
    {
        readonly Sequential _net;
        readonly Adam _optimizer;
        readonly RandomStream _random;

        public Training(ulong seed)
        {
            _random = new RandomStream(seed);
            _net =
            [
                new Linear(4, 8, random: _random), new BatchNorm1d(8), new Tanh(), new Dropout(0.2, _random),
                new Linear(8, 1, random: _random),
            ];
            _optimizer = new Adam(_net.Parameters(), 0.01);
        }

        public string State => Bits(_net.Parameters());

        public double Step()
        {
            using TensorScope scope = new();
            Tensor x = Tensor.Randn([6, 4], random: _random);
            Tensor loss = new MSELoss().Forward(_net.Forward(x), x.Sum(1, keepDim: true));
            _optimizer.ZeroGrad();
            loss.Backward();
            _optimizer.Step();
            return loss.Item();
        }

        /// <summary>A gradient penalty, which records gradients and refuses coupling.</summary>
        public double Penalty()
        {
            using TensorScope scope = new();
            Tensor x = Tensor.Randn([6, 4], random: _random);
            return new R1Penalty(1) { AllowBatchCoupling = true }.Forward(_net.Forward, x, x, _random).Item();
        }
    }
}
