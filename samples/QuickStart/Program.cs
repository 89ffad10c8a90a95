using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

var critic = new Sequential(new Linear(2, 64), new LeakyReLU(0.2), new Linear(64, 1));
var optimizer = new Adam(critic.Parameters(), learningRate: 0.005, beta1: 0);
var (wasserstein, penalty) = (new WassersteinGanLoss(), new GradientPenalty(10));

for (int step = 1; step <= 300; step++)
{
    Tensor real = Tensor.Randn([256, 2]), fake = Tensor.Randn([256, 2]) + 1; // two clouds at a distance of √2
    Tensor loss = wasserstein.Discriminator(critic.Forward(real), critic.Forward(fake));
    optimizer.ZeroGrad();
    (loss + penalty.Forward(critic.Forward, real, fake)).Backward(); // differentiates the critic's gradient
    optimizer.Step();
    Console.WriteLine($"step {step}: distance {-loss.Item():0.00}");
}
