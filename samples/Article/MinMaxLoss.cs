using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>The value of the game, and the discriminator's loss.</summary>
public static class MinMaxLoss
{
    public static void Run()
    {
        Tensor real = Tensor.From<float>([0.9f, 0.8f]); // D(x), the discriminator's output for real images
        Tensor fake = Tensor.From<float>([0.2f, 0.4f]); // D(G(z)), for generated images
        Tensor value = real.Log().Mean() + (1 - fake).Log().Mean();

        var bce = new BCELoss();
        Tensor loss = bce.Forward(real, Tensor.OnesLike(real)) + bce.Forward(fake, Tensor.ZerosLike(fake));
        Console.WriteLine($"V(D, G) = {value.Item():0.0000}, discriminator loss = {loss.Item():0.0000}");
    }
}
