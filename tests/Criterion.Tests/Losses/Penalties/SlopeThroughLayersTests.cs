using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Losses.Penalties;

/// <summary>Compares a penalty's gradients by all weights, through every kind of layer, with central differences.</summary>
public class SlopeThroughLayersTests
{
    const DType Double = DType.Float64;
    const double Step = 1e-6;

    static RandomStream Random => new(17);

    static readonly Dictionary<string, Func<Module>> Layers = new()
    {
        ["Conv2d"] = static () => new Conv2d(2, 2, 3, padding: 1, random: Random, dtype: Double),
        ["Conv2d strided"] = static () => new Conv2d(2, 8, 2, stride: 2, random: Random, dtype: Double),
        ["ConvTranspose2d"] = static () => new Sequential(
            new ConvTranspose2d(2, 2, 2, stride: 2, random: Random, dtype: Double), new AvgPool2d(2)),
        ["InstanceNorm2d"] = static () => new InstanceNorm2d(2, affine: true, dtype: Double),
        ["LayerNorm"] = static () => new LayerNorm([2, 4, 4], dtype: Double),
        ["GroupNorm"] = static () => new GroupNorm(2, 2, dtype: Double),
        ["BatchNorm2d in evaluation"] = static () => new BatchNorm2d(2, dtype: Double).Eval(),
        ["SpectralNorm"] = static () =>
            new SpectralNorm(new Conv2d(2, 2, 3, padding: 1, random: Random, dtype: Double), random: Random).Eval(),
        ["AvgPool2d and Upsample"] = static () => new Sequential(new AvgPool2d(2), new Upsample(2)),
        ["Upsample bilinear"] = static () => new Sequential(new AvgPool2d(2), new Upsample(2, mode: UpsampleMode.Bilinear)),
        ["MaxPool2d"] = static () => new Sequential(new MaxPool2d(2), new Upsample(2)),
        ["ReLU"] = static () => new ReLU(),
        ["LeakyReLU"] = static () => new LeakyReLU(0.2),
        ["ELU"] = static () => new ELU(),
        ["SELU"] = static () => new SELU(),
        ["GELU"] = static () => new GELU(),
        ["GELU tanh"] = static () => new GELU(tanh: true),
        ["SiLU"] = static () => new SiLU(),
        ["Sigmoid"] = static () => new Sigmoid(),
        ["Tanh"] = static () => new Tanh(),
        ["Softplus"] = static () => new Softplus(),
        ["Softmax"] = static () => new Softmax(1),
        ["LogSoftmax"] = static () => new LogSoftmax(1),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_penalty(string name) => Check(name, new GradientPenalty());

    [Theory]
    [MemberData(nameof(Names))]
    public void R1_and_R2(string name) => Check(name, new R1R2Penalty(1));

    [Fact]
    public void Batch_norm_in_training_where_it_is_allowed() =>
        Check(new BatchNorm2d(2, dtype: Double), new GradientPenalty { AllowBatchCoupling = true });

    static void Check(string name, InputGradientPenalty penalty) => Check(Layers[name](), penalty);

    static void Check(Module layer, InputGradientPenalty penalty)
    {
        RandomStream random = Random;
        Tensor real = Tensor.Randn([2, 1, 4, 4], Double, random);
        Tensor fake = Tensor.Randn([2, 1, 4, 4], Double, random);
        Sequential critic = new(
            new Conv2d(1, 2, 3, padding: 1, random: random, dtype: Double), layer, new Flatten(),
            new Linear(32, 3, random: random, dtype: Double), new Tanh(), new Linear(3, 1, random: random, dtype: Double));
        double Value() => penalty.Forward(critic.Forward, real, fake, Random).Item();

        // Normal weights throughout, so that nothing is symmetric by how it starts.
        foreach (Tensor parameter in critic.Parameters())
        {
            Set(parameter, Tensor.Randn(parameter.Shape, Double, random) * 0.7);
        }

        penalty.Forward(critic.Forward, real, fake, Random).Backward();
        foreach ((string name, Tensor parameter) in critic.NamedParameters())
        {
            Tensor gradient = parameter.Grad ?? Tensor.ZerosLike(parameter);
            for (int i = 0; i < parameter.Count; i += Math.Max(1, parameter.Count / 6))
            {
                double expected = Difference(parameter, i, Value);
                Assert.Equal(expected, gradient.Flatten()[i].Item(), 1e-5 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    static double Difference(Tensor parameter, int element, Func<double> value)
    {
        double here = parameter.Detach().Flatten()[element].Item();
        double right = At(here + Step);
        double left = At(here - Step);
        At(here);
        return (right - left) / (2 * Step);

        double At(double number)
        {
            using (Criterion.Autograd.NoGrad())
            {
                parameter.AsSpan<double>()[element] = number;
            }

            return value();
        }
    }

    static void Set(Tensor parameter, Tensor value)
    {
        using (Criterion.Autograd.NoGrad())
        {
            parameter.CopyFrom(value);
        }
    }
}
