using System.Diagnostics;
using Criterion;
using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

// Compares losses of Criterion.TorchSharp with TorchSharp's own operations, forward and backward, both on the same tensors and threads:
//   dotnet run -c Release --project bench/Criterion.Bench.Bridge -- 2
// The time of a case is the median over rounds in which the two sides alternate.
int threads = int.Parse(args.ElementAtOrDefault(0) ?? "2");
set_num_threads(threads);
Compute.Threads = threads;
random.manual_seed(1);

Floor();

Console.WriteLine("| loss | shape | TorchSharp, ms | Criterion, ms | ratio |");
Console.WriteLine("|---|---|---|---|---|");

Pair("mse", [1 << 20], static (x, y) => F.mse_loss(x, y), new MSELoss());
Pair("l1", [1 << 20], static (x, y) => F.l1_loss(x, y), new L1Loss());
Pair("smooth l1", [1 << 20], static (x, y) => F.smooth_l1_loss(x, y), new SmoothL1Loss());
Pair("huber", [1 << 20], static (x, y) => F.huber_loss(x, y), new HuberLoss());
Pair("mse", [64, 10], static (x, y) => F.mse_loss(x, y), new MSELoss());
Pair("BCE of logits", [1 << 20], static (x, y) => F.binary_cross_entropy_with_logits(x, y), new BCEWithLogitsLoss(), rand);
Classes("cross-entropy", [4096, 1000], static (x, y) => F.cross_entropy(x, y), new CrossEntropyLoss());
Classes("cross-entropy", [128, 10], static (x, y) => F.cross_entropy(x, y), new CrossEntropyLoss());
Pair("KL of logits", [1024, 1000], KlOfLogits, new KlFromLogitsLoss(reduction: Criterion.Losses.Reduction.BatchMean));
foreach (long[] shape in (long[][])[[64, 128], [4096, 512]])
{
    Labels("cosine embedding", shape, static (a, b, y) => F.cosine_embedding_loss(a, b, y, 0.25), new CosineEmbeddingLoss(0.25));
    Triplet("triplet margin", shape);
}

Pair("SSIM, 11×11 Gaussian", [8, 3, 64, 64], Ssim, new SsimLoss(ImageRange.ZeroOne), rand);
Gan("hinge GAN, both sides", [1 << 16], Hinge, new HingeGanLoss());
Gan("logistic GAN, both sides", [1 << 16], Logistic, new NonSaturatingGanLoss());
Gan("hinge GAN, both sides", [64], Hinge, new HingeGanLoss());

static void Pair(
    string name,
    long[] shape,
    Func<torch.Tensor, torch.Tensor, torch.Tensor> own,
    IPredictionLoss loss,
    Func<long[], torch.Tensor>? draw = null)
{
    torch.Tensor x = Draw(shape, draw), y = Draw(shape, draw).detach();
    Compare(name, shape, () => own(x, y), () => loss.Forward(x, y), [x]);
}

static void Classes(string name, long[] shape, Func<torch.Tensor, torch.Tensor, torch.Tensor> own, IPredictionLoss loss)
{
    torch.Tensor x = Draw(shape), y = randint(0, shape[1], [shape[0]], int64);
    Compare(name, shape, () => own(x, y), () => loss.Forward(x, y), [x]);
}

static void Labels(string name, long[] shape, Func<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> own, PairLoss loss)
{
    torch.Tensor a = Draw(shape), b = Draw(shape), y = (randint(0, 2, [shape[0]], float32) * 2) - 1;
    Compare(name, shape, () => own(a, b, y), () => loss.Forward(a, b, y), [a, b]);
}

static void Triplet(string name, long[] shape)
{
    torch.Tensor a = Draw(shape), p = Draw(shape), n = Draw(shape);
    TripletMarginLoss loss = new();
    Compare(name, shape, () => F.triplet_margin_loss(a, p, n), () => loss.Forward(a, p, n), [a, p, n]);
}

static void Gan(string name, long[] shape, Func<torch.Tensor, torch.Tensor, torch.Tensor> own, GanLoss loss)
{
    torch.Tensor real = Draw(shape), fake = Draw(shape);
    Compare(name, shape, () => own(real, fake), () => loss.Discriminator(real, fake) + loss.Generator(fake), [real, fake]);
}

static torch.Tensor Draw(long[] shape, Func<long[], torch.Tensor>? draw = null) => (draw?.Invoke(shape) ?? randn(shape)).requires_grad_();

static torch.Tensor rand(long[] shape) => torch.rand(shape);

static torch.Tensor Hinge(torch.Tensor real, torch.Tensor fake) => F.relu(1 - real).mean() + F.relu(1 + fake).mean() - fake.mean();

static torch.Tensor Logistic(torch.Tensor real, torch.Tensor fake) =>
    F.softplus(-real).mean() + F.softplus(fake).mean() + F.softplus(-fake).mean();

static torch.Tensor KlOfLogits(torch.Tensor x, torch.Tensor y) =>
    F.kl_div(F.log_softmax(x, 1), F.log_softmax(y, 1), log_target: true, reduction: nn.Reduction.Sum) / x.shape[0];

static torch.Tensor Ssim(torch.Tensor x, torch.Tensor y)
{
    torch.Tensor places = arange(11, dtype: float32) - 5;
    torch.Tensor weights = exp(-places.square() / (2 * 1.5 * 1.5));
    torch.Tensor columns = (weights / weights.sum()).repeat([3, 1, 1, 1]);
    torch.Tensor Blur(torch.Tensor t) => F.conv2d(F.conv2d(t, columns.transpose(2, 3), groups: 3), columns, groups: 3);
    (torch.Tensor meanX, torch.Tensor meanY) = (Blur(x), Blur(y));
    (torch.Tensor squares, torch.Tensor product) = (meanX.square() + meanY.square(), meanX * meanY);
    (torch.Tensor variances, torch.Tensor covariance) = (Blur(x * x) + Blur(y * y) - squares, Blur(x * y) - product);
    torch.Tensor contrast = ((2 * covariance) + (0.03 * 0.03)) / (variances + (0.03 * 0.03));
    return 1 - (((2 * product) + (0.01 * 0.01)) / (squares + (0.01 * 0.01)) * contrast).mean();
}

static void Compare(string name, long[] shape, Func<torch.Tensor> theirs, Func<torch.Tensor> ours, torch.Tensor[] inputs)
{
    double[] medians = Medians([theirs, ours], inputs);
    Console.WriteLine(
        $"| {name} | {string.Join('×', shape)} | {medians[0]:0.000} | {medians[1]:0.000} | {medians[0] / medians[1]:0.0} |");
}

// The time of a node of TorchSharp's graph that computes nothing, and that every loss of Criterion has.
static void Floor()
{
    torch.Tensor x = Draw([64, 10]);
    Console.WriteLine($"An empty autograd function of TorchSharp: {Medians([() => EmptyFunction.apply(x)], [x])[0]:0.000} ms");
}

static double[] Medians(Func<torch.Tensor>[] sides, torch.Tensor[] inputs)
{
    const int Rounds = 21;
    Array.ForEach(sides, side => WarmUp(side, inputs));
    int calls = Math.Clamp((int)(20 / Milliseconds(sides[0], inputs, 3)), 1, 1000);
    double[][] times = [.. Enumerable.Range(0, Rounds).Select(_ => Array.ConvertAll(sides, side => Milliseconds(side, inputs, calls)))];
    return [.. sides.Select((_, i) => times.Select(round => round[i]).Order().ElementAt(Rounds / 2))];
}

// Until methods are compiled with all optimizations, which the runtime does in the background.
static void WarmUp(Func<torch.Tensor> loss, torch.Tensor[] inputs)
{
    long start = Stopwatch.GetTimestamp();
    while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1)
    {
        Milliseconds(loss, inputs, 1);
    }
}

static double Milliseconds(Func<torch.Tensor> loss, torch.Tensor[] inputs, int calls)
{
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < calls; i++)
    {
        using DisposeScope scope = NewDisposeScope();
        autograd.grad([loss()], inputs);
    }

    return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
}

/// <summary>Saves its input and two tensors, as a loss with a target does, and returns constants.</summary>
sealed class EmptyFunction : autograd.SingleTensorFunction<EmptyFunction>
{
    // They are made at the first call, in a scope.
    static readonly torch.Tensor Value = tensor(1f).DetachFromDisposeScope();
    static readonly torch.Tensor Gradient = ones(64, 10).DetachFromDisposeScope();

    public override string Name => "empty";

    public override torch.Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([(torch.Tensor)vars[0], Gradient, Gradient]);
        return Value.alias();
    }

    public override List<torch.Tensor> backward(autograd.AutogradContext ctx, torch.Tensor grad_output)
    {
        grad_output.Dispose();
        return [ctx.get_saved_variables()[2]];
    }
}
